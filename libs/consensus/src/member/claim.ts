/** The claim: a standby says that it takes over, hears objections, and takes office when there are none. */
import type { Address, ClaimMessage, ObjectMessage } from '@iwanto/wire';
import { isFellow } from '../anyone/introduction.js';
import { leaderHeard } from '../anyone/leader-heard.js';
import { byAge, isOlder, sameBoot } from '../anyone/rank.js';
import { becomeCalm, becomeClaimant, becomeLeader } from '../enter.js';
import { followingOf, leads } from '../state/place.js';
import type { Following, Suspicion } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { fence, memberHearsOfLeader } from './another-leader.js';
import { evidence } from './follow.js';
import { evidenceAgeMs, isYounger, startSuspicion, takeEvidence } from './suspect.js';

/** The time of a suspicion or of a claim is over. */
export function claimOrTakeOver(turn: Turn, following: Following): void {
  const { suspicion } = following;
  if (suspicion === null) return;
  if (suspicion.isClaim) takeOver(turn);
  else claim(turn, following, suspicion);
}

/** Silence is proved: claim, to the standbys and the old leader (S22). */
function claim(turn: Turn, following: Following, suspicion: Suspicion): void {
  const { state, nowMs } = turn;
  const { leader } = state;
  if (leader === null) return;
  becomeClaimant(turn, suspicion);
  suspicion.dueMs = nowMs + state.timers.claimMs;
  const body = {
    type: 'claim',
    claimEpoch: state.epoch + 1,
    rank: state.rank,
    old: { peer: leader.peer, boot: leader.boot },
    ageMs: evidenceAgeMs(following, nowMs),
    left: following.gone,
  } as const;
  for (const each of state.standbys)
    if (each.peer !== state.config.peer) send(turn, each.address, body);
  if (leader.address !== null) send(turn, leader.address, body);
}

/** Nobody objected (S24). */
function takeOver(turn: Turn): void {
  const { epoch, leader } = turn.state;
  becomeLeader(turn, 'no objection', epoch + 1, leader);
}

/** Another standby claims (S23): object when the leader lives, when I am older, or when somebody leads already. */
export function hearClaim(turn: Turn, message: ClaimMessage, from: Address): void {
  const { state } = turn;
  if (!isFellow(state, message)) return;
  if (leads(state)) {
    objectAsLeader(turn, message, from);
    return;
  }
  const following = followingOf(state);
  if (following === null) return;
  if (!sameBoot(message.old, state.leader)) {
    if (message.claimEpoch <= state.epoch) fence(turn, from);
    return;
  }
  if (!objectAsStandby(turn, following, message, from)) giveWay(turn, following, message);
}

function objectAsLeader(turn: Turn, message: ClaimMessage, from: Address): void {
  const { state } = turn;
  const isMine = sameBoot(message.old, state.leader);
  if (!isMine && message.claimEpoch > state.epoch) return;
  send(turn, from, {
    type: 'object',
    objection: isMine ? 'alive' : 'leader',
    ageMs: 0,
    leader: isMine ? null : state.leader,
  });
}

function objectAsStandby(
  turn: Turn,
  following: Following,
  message: ClaimMessage,
  from: Address,
): boolean {
  const { state, nowMs } = turn;
  const ageMs = evidenceAgeMs(following, nowMs);
  const alive = !message.left && !following.gone && following.suspicion === null;
  if (alive && isYounger(state, ageMs, message.ageMs)) {
    send(turn, from, { type: 'object', objection: 'alive', ageMs, leader: null });
    return true;
  }
  const me = state.standbys.find((each) => each.boot === state.config.boot);
  if (me === undefined || !isOlder(me, { rank: message.rank, peer: message.sender })) return false;
  if (message.left) following.gone = true;
  if (following.suspicion === null) startSuspicion(turn, following);
  send(turn, from, { type: 'object', objection: 'older', ageMs, leader: null });
  return true;
}

/** The claimant is older: defer to it, and wait long enough to hear its announcement. */
function giveWay(turn: Turn, following: Following, message: ClaimMessage): void {
  const { state, nowMs } = turn;
  const { timers } = state;
  if (message.left) following.gone = true;
  const { suspicion } = following;
  if (suspicion === null) return;
  if (
    suspicion.isClaim &&
    byAge(
      { rank: state.rank, peer: state.config.peer },
      { rank: message.rank, peer: message.sender },
    ) < 0
  )
    return;
  suspicion.dueMs = Math.max(suspicion.dueMs, nowMs + timers.claimMs + timers.staggerMs);
}

/** The leader or another standby objects to my claim (S23). */
export function hearObject(turn: Turn, message: ObjectMessage, from: Address): void {
  const { state, nowMs } = turn;
  const following = followingOf(state);
  if (following?.suspicion?.isClaim !== true || state.leader === null) return;
  if (sameBoot({ peer: message.sender, boot: message.boot }, state.leader)) {
    evidence(turn, following, nowMs);
    return;
  }
  if (!isFellow(state, message)) return;
  switch (message.objection) {
    case 'alive':
      takeEvidence(turn, state.leader, message.ageMs);
      return;
    case 'older':
      becomeCalm(turn, following, 'objection');
      following.watchFromMs = nowMs - state.timers.standbyMs + state.timers.staggerMs * 2;
      return;
    case 'leader': {
      if (message.leader === null) return;
      const heard = leaderHeard(state, { ...message, leader: message.leader }, from, 'vouched');
      if (heard !== null) memberHearsOfLeader(turn, following, heard);
      return;
    }
  }
}
