/** The claim: a standby says that it takes over, hears objections, and takes office when there are none. */
import type { Address, ClaimMessage, ObjectMessage } from '@iwanto/wire';
import { isFellow } from '../anyone/introduction.js';
import { byAge, isOlder, locate, sameBoot } from '../anyone/rank.js';
import { takeOffice } from '../enter.js';
import type { Following, Suspicion } from '../state/state.js';
import { leads, move, send, type Turn } from '../state/turn.js';
import { anotherLeads, fence } from './another-leader.js';
import { evidence } from './follow.js';
import { evidenceAgeMs, isYounger, startSuspicion, takeEvidence } from './suspect.js';

/** Silence is proved: tell the standbys and the old leader. */
export function claim(turn: Turn, following: Following, suspicion: Suspicion): void {
  const { state, nowMs } = turn;
  const { leader } = state;
  if (leader === null) return;
  move(turn, 'silence proved');
  suspicion.dueMs = nowMs + state.timers.claimMs;
  const body = {
    type: 'claim',
    claimEpoch: state.epoch + 1,
    rank: state.rank,
    old: { peer: leader.peer, boot: leader.boot },
    ageMs: evidenceAgeMs(following, nowMs),
    left: following.gone,
  } as const;
  for (const each of state.successors)
    if (each.peer !== state.config.peer) send(turn, each.address, body);
  if (leader.address !== null) send(turn, leader.address, body);
}

/** Nobody objected. */
export function takeOver(turn: Turn): void {
  const { state } = turn;
  const { leader } = state;
  move(turn, 'no objection');
  state.suspicion = null;
  state.pending = null;
  state.following = null;
  takeOffice(turn, state.epoch + 1, leader);
}

/** Another standby claims: object when the leader lives, when I am older, or when somebody leads already. */
export function claimHeard(turn: Turn, message: ClaimMessage, from: Address): void {
  const { state } = turn;
  if (!isFellow(state, message)) return;
  if (leads(state)) {
    objectAsLeader(turn, message, from);
    return;
  }
  const { following } = state;
  if (following === null) return;
  if (!sameBoot(message.old, state.leader)) {
    if (message.claimEpoch <= state.epoch) fence(turn, from);
    return;
  }
  if (!objectAsStandby(turn, following, message, from)) giveWay(turn, message);
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
  const alive = !message.left && !following.gone && state.phase === 'following';
  if (alive && isYounger(state, ageMs, message.ageMs)) {
    send(turn, from, { type: 'object', objection: 'alive', ageMs, leader: null });
    return true;
  }
  const me = state.successors.find((each) => each.boot === state.config.boot);
  if (me === undefined || !isOlder(me, { rank: message.rank, peer: message.sender })) return false;
  if (message.left) following.gone = true;
  if (state.phase === 'following') startSuspicion(turn, following);
  send(turn, from, { type: 'object', objection: 'older', ageMs, leader: null });
  return true;
}

/** The claimant is older: let it, and wait long enough to hear its announcement. */
function giveWay(turn: Turn, message: ClaimMessage): void {
  const { state, nowMs } = turn;
  if (message.left && state.following !== null) state.following.gone = true;
  const { suspicion, timers } = state;
  if (suspicion === null) return;
  if (
    state.phase === 'claiming' &&
    byAge(
      { rank: state.rank, peer: state.config.peer },
      { rank: message.rank, peer: message.sender },
    ) < 0
  )
    return;
  suspicion.dueMs = Math.max(suspicion.dueMs, nowMs + timers.claimMs + timers.staggerMs);
}

/** The leader or another standby objects to my claim. */
export function objected(turn: Turn, message: ObjectMessage, from: Address): void {
  const { state, nowMs } = turn;
  if (state.phase !== 'claiming' || state.leader === null) return;
  if (sameBoot({ peer: message.sender, boot: message.boot }, state.leader)) {
    if (state.following !== null) evidence(turn, state.following, nowMs);
    return;
  }
  if (!isFellow(state, message)) return;
  switch (message.objection) {
    case 'alive':
      takeEvidence(turn, state.leader, message.ageMs);
      return;
    case 'older':
      move(turn, 'objection');
      state.suspicion = null;
      if (state.following !== null)
        state.following.watchFromMs = nowMs - state.timers.standbyMs + state.timers.staggerMs * 2;
      return;
    case 'leader': {
      const leader = message.leader && locate(message.leader, message.sender, from);
      if (leader !== null)
        anotherLeads(turn, leader, { by: message, from, isSuccessor: true, known: 'vouched' });
      return;
    }
  }
}
