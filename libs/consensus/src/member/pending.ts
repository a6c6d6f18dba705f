/** A successor announced itself: follow it once it welcomes me and the old leader proves silent. */
import type { Address, NotMemberMessage, WelcomeMessage } from '@iwanto/wire';
import type { LeaderHeard } from '../anyone/leader-heard.js';
import { sameBoot } from '../anyone/rank.js';
import { gapAfterMs } from '../anyone/schedule.js';
import { becomeJoiner, becomeMember } from '../enter.js';
import type { Following, KnownLeader, Pending, State } from '../state/state.js';
import { freshNonce, send, type Turn } from '../state/turn.js';

/** When the successor is asked, and asked again while it does not answer; the last time it is given up. */
const ASK_AT_MS = [0, 12, 30, 55, 90, 140, 250, 500, 800];
/** This many questions follow each other fast; after that a new message of the successor starts them again. */
const HASTY_ASKS = 5;
/** How much longer a leader has to wait that nothing identifies as the successor of mine. */
const STRANGER_FACTOR = 3;

/** Whether my leader has been silent for longer than a standby tolerates. */
function isSilent(state: State, following: Following, nowMs: number): boolean {
  if (following.gone || following.suspicion !== null) return true;
  const pinged = following.unanswered > 0 && nowMs - following.pingSentMs > state.timers.pendingMs;
  return pinged && nowMs - following.evidenceMs > state.timers.standbyMs;
}

/** Asks a leader of a later epoch for its welcome (S27); `isTrusted` when it is not a stranger. */
export function openPending(
  turn: Turn,
  following: Following,
  { leader, isSuccessor }: LeaderHeard,
  isTrusted: boolean,
): void {
  const { state, nowMs } = turn;
  const { pending } = following;
  if (pending !== null && sameBoot(pending.leader, leader)) {
    namedAgain(turn, pending, leader, isTrusted);
    return;
  }
  if (pending !== null && !isBetter(leader, isTrusted, pending)) return;
  const waitMs = state.timers.pendingMs * (isSuccessor ? 1 : STRANGER_FACTOR);
  following.pending = {
    leader,
    nonce: freshNonce(state),
    askAtMs: nowMs,
    asks: 0,
    ripeMs: isSilent(state, following, nowMs) ? nowMs : nowMs + waitMs,
    welcome: null,
    unknown: false,
    isTrusted,
  };
}

/** A stranger never blocks a fellow, whatever epoch it names (S53). */
function isBetter(leader: KnownLeader, isTrusted: boolean, pending: Pending): boolean {
  if (isTrusted !== pending.isTrusted) return isTrusted;
  return leader.epoch > pending.leader.epoch;
}

function namedAgain(turn: Turn, pending: Pending, leader: KnownLeader, isTrusted: boolean): void {
  if (leader.epoch > pending.leader.epoch) pending.leader = leader;
  pending.isTrusted ||= isTrusted;
  if (pending.asks <= HASTY_ASKS) return;
  pending.asks = 0;
  pending.askAtMs = turn.nowMs;
}

/** Asks the successor for its welcome, and the old leader for a sign of life. */
export function askPending(turn: Turn, following: Following): void {
  const { state, nowMs } = turn;
  const { pending } = following;
  if (pending === null) return;
  const gapMs = gapAfterMs(ASK_AT_MS, pending.asks);
  if (gapMs === undefined) {
    following.pending = null;
    return;
  }
  pending.asks += 1;
  pending.askAtMs = nowMs + gapMs;
  // Every WELCOME is a sealed box: with one in hand only the old leader is still asked.
  if (pending.welcome === null)
    send(turn, pending.leader.address, {
      type: 'ping',
      nonce: pending.nonce,
      leader: pending.leader,
      proof: null,
      rosterVersion: 0,
      catalogue: state.catalogue,
    });
  if (nowMs < pending.ripeMs && state.leader?.address)
    send(turn, state.leader.address, { type: 'probe', nonce: pending.nonce, leader: state.leader });
}

/** The old leader stayed silent. A held-back welcome may be outdated by now. */
export function pendingRipe(turn: Turn, following: Following): void {
  const { state } = turn;
  const { pending } = following;
  if (pending === null) return;
  const { welcome, unknown, leader } = pending;
  if (leader.epoch <= state.epoch) {
    following.pending = null;
  } else if (welcome !== null && welcome.message.leader.epoch > state.epoch) {
    becomeMember(turn, 'successor welcomed', welcome.message, welcome.from);
  } else if (unknown) {
    becomeJoiner(turn, 'cut off', leader);
  } else {
    pending.welcome = null;
  }
}

/** When waiting for the old leader's silence is over. */
export const ripeDueMs = ({ pending }: Following): number =>
  pending !== null && (pending.welcome !== null || pending.unknown) ? pending.ripeMs : Infinity;

/** A successor welcomes me: it is followed when ripe. */
export function successorWelcomes(
  turn: Turn,
  following: Following,
  message: WelcomeMessage,
  from: Address,
): void {
  const { state, nowMs } = turn;
  const { pending } = following;
  if (pending === null || !sameBoot(message.leader, pending.leader)) return;
  if (message.member !== state.config.boot || message.leader.epoch <= state.epoch) return;
  if (message.leader.epoch < pending.leader.epoch) return;
  pending.leader = { ...message.leader, address: from };
  pending.welcome = { message, from };
  if (nowMs >= pending.ripeMs) pendingRipe(turn, following);
}

/** A successor does not know me: it is joined when ripe. */
export function successorDoesNotKnowMe(
  turn: Turn,
  following: Following,
  message: NotMemberMessage,
): void {
  const { state, nowMs } = turn;
  const { pending } = following;
  if (pending === null || message.nonce !== pending.nonce) return;
  if (message.leader.epoch <= state.epoch) return;
  pending.unknown = true;
  if (nowMs >= pending.ripeMs) pendingRipe(turn, following);
}
