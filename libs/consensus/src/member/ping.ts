/** The member's keep-alive: a question with a proof, asked again while unanswered, and what the refusals mean. */
import type { Address, NotLeaderMessage, NotMemberMessage } from '@iwanto/wire';
import { leaderHeard } from '../anyone/leader-heard.js';
import { sameBoot } from '../anyone/rank.js';
import { proofFor } from '../anyone/token.js';
import { becomeJoiner } from '../enter.js';
import { followingOf } from '../state/place.js';
import type { Following, State } from '../state/state.js';
import { freshNonce, send, type Turn } from '../state/turn.js';
import { memberHearsOfLeader } from './another-leader.js';
import { successorDoesNotKnowMe } from './pending.js';
import { startSuspicion } from './suspect.js';

/** Unanswered PINGs after which the standbys are asked who leads. */
const ASK_STANDBYS_AFTER = 3;
/** How much sooner a leader known to be gone is given up: a successor would have appeared by now. */
const GONE_SOONER_MS = 1_300;

export function ping(turn: Turn, following: Following): void {
  const { state, nowMs } = turn;
  const { leader } = state;
  if (leader?.address === undefined || leader.address === null) return;
  const nonce = freshNonce(state);
  following.nonce = nonce;
  following.pingSentMs = nowMs;
  if (following.unanswered === 0) following.askingSinceMs = nowMs;
  following.unanswered += 1;
  following.pingAtMs = nowMs + state.timers.pingRetryMs;
  send(turn, leader.address, {
    type: 'ping',
    nonce,
    leader: { peer: leader.peer, boot: leader.boot },
    proof: proofFor(state, 'ping', nonce),
    rosterVersion: state.rosterVersion,
    catalogue: state.catalogue,
  });
  if (following.unanswered > ASK_STANDBYS_AFTER || following.gone) askStandbys(turn, following);
}

/** Who leads now? Any of the standbys may have taken over without my knowledge. */
function askStandbys(turn: Turn, following: Following): void {
  const { state } = turn;
  const { leader, standbys } = state;
  if (leader === null || following.nonce === null) return;
  for (const each of standbys)
    if (each.peer !== state.config.peer)
      send(turn, each.address, { type: 'probe', nonce: following.nonce, leader });
}

/** When a leader that does not answer is given up (S18); in a large cluster keep-alives are rarer than that alone. */
export function cutOffDueMs({ timers }: State, following: Following): number {
  if (following.unanswered === 0) return Infinity;
  const patienceMs = timers.followMs - (following.gone ? GONE_SOONER_MS : 0);
  const askedForMs = patienceMs - timers.keepAliveMinMs;
  return Math.max(following.evidenceMs + patienceMs, following.askingSinceMs + askedForMs);
}

/** No proof of the leader for too long: the place in its cluster is lost. */
export function cutOff(turn: Turn): void {
  becomeJoiner(turn, 'cut off');
}

/** My leader does not know me: join it again. */
export function hearNotMember(turn: Turn, message: NotMemberMessage, from: Address): void {
  const { state } = turn;
  const following = followingOf(state);
  if (following === null) return;
  successorDoesNotKnowMe(turn, following, message);
  if (state.place !== following || message.nonce !== following.nonce) return;
  if (message.sender !== state.leader?.peer || message.epoch < state.epoch) return;
  becomeJoiner(turn, 'cut off', { ...message.leader, address: from });
}

/** Whom I asked does not lead (any more). */
export function memberHearsNotLeader(
  turn: Turn,
  following: Following,
  message: NotLeaderMessage,
  from: Address,
): void {
  const { state } = turn;
  const answersMe =
    message.nonce === following.nonce ||
    message.nonce === following.suspicion?.nonce ||
    message.nonce === following.pending?.nonce;
  if (!answersMe) return;
  if (message.leader !== null) {
    const heard = leaderHeard(state, { ...message, leader: message.leader }, from);
    if (heard !== null) memberHearsOfLeader(turn, following, heard);
  }
  if (state.place !== following || message.sender !== state.leader?.peer) return;
  if (!sameBoot(message.leader, state.leader)) leaderGone(turn, following);
}

/** The leader itself said goodbye or gave up (S25), or another start of it answers in its place. */
export function leaderGone(turn: Turn, following: Following): void {
  const { state, nowMs } = turn;
  if (following.gone) return;
  following.gone = true;
  following.askers.clear();
  following.pingAtMs = Math.max(following.pingAtMs, nowMs + state.timers.pingRetryMs);
  const { pending } = following;
  if (pending !== null) pending.ripeMs = Math.min(pending.ripeMs, nowMs);
  startSuspicion(turn, following);
}
