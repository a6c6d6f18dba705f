/** A member hears of another leader than its own: one is looked into, one is told who leads, one is told of. */
import type { Address, ElectionHeader, LeaderTuple } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { pingSoon } from './follow.js';
import { introduce, isFellow, isTooFarAhead } from './introduction.js';
import { beginJoining } from './join.js';
import { openPending } from './pending.js';
import { locate, sameBoot } from './rank.js';
import { allow, allowAnswer } from './rates.js';
import type { Following, KnownLeader } from './state.js';
import { type Turn, move, send } from './turn.js';

const RELAYS_OF_ONE_PER_SECOND = 2;

/** A leader that was a stranger answered from where it says it is. */
export const strangerIntroduced = (turn: Turn, leader: KnownLeader): void =>
  anotherLeads(turn, leader, { isSuccessor: false, isIntroduced: true });

/** What is known of another leader beside its own word. */
interface Standing {
  /** It names my leader as the one before it. */
  readonly isSuccessor: boolean;
  /** My own leader or a standby named it, or it answered from its address. */
  readonly isIntroduced: boolean;
}

/** Somebody else says, or is said, to lead. A lower epoch is told who leads; a higher one is looked into. */
export function anotherLeads(turn: Turn, leader: KnownLeader, standing: Standing): void {
  const { state } = turn;
  const { following } = state;
  if (following === null || leader.peer === state.config.peer) return;
  if (isTooFarAhead(turn, leader)) return;
  if (leader.peer === state.leader?.peer) restarted(turn, following, leader);
  if (leader.epoch < state.epoch) fence(turn, leader.address);
  else if (leader.epoch === state.epoch) besideMine(turn, following, leader);
  else if (standing.isIntroduced || isFellow(state, { sender: leader.peer, boot: leader.boot }))
    openPending(turn, leader, standing.isSuccessor);
  else {
    relay(turn, leader);
    introduce(turn, leader);
  }
}

/** Another cluster in the same epoch: its leader and mine settle it, unless mine is gone and nobody took its place. */
function besideMine(turn: Turn, following: Following, leader: KnownLeader): void {
  const { state, nowMs } = turn;
  const isOrphan = following.gone && nowMs - following.evidenceMs > state.timers.lostMs;
  if (!isOrphan) return relay(turn, leader);
  move(turn, 'cut off');
  beginJoining(turn, leader);
}

/** Another start of my leader stands in its place: the one I followed is dead. */
function restarted(turn: Turn, following: Following, leader: KnownLeader): void {
  if (leader.epoch <= turn.state.epoch) pingSoon(turn, following);
}

/** Tells a stale leader, or one that follows it, who leads. */
export function fence(turn: Turn, to: Address): void {
  const { leader } = turn.state;
  if (leader !== null && allowAnswer(turn, to, 'hint', LIMITS.hintsPerSecond))
    send(turn, to, { type: 'hint', leader });
}

/** Tells my own leader that another one exists. */
export function relay(turn: Turn, leader: KnownLeader): void {
  const { state } = turn;
  const allowed = () =>
    allow(turn, `relay ${leader.peer}`, RELAYS_OF_ONE_PER_SECOND) &&
    allow(turn, 'relay', LIMITS.relaysPerSecond);
  if (state.leader?.address && allowed())
    send(turn, state.leader.address, { type: 'relay', leader });
}

/** Another leader said that it leads, in a HINT, NOTL or NOTM: from my own leader this is final. */
export function leaderToldOf(
  turn: Turn,
  message: Pick<ElectionHeader, 'sender' | 'boot'> & { readonly leader: LeaderTuple },
  from: Address,
): void {
  const { state, nowMs } = turn;
  const leader = locate(message.leader, message.sender, from);
  if (leader === null || state.following === null) return;
  if (sameBoot(leader, state.leader)) {
    if (leader.epoch > state.epoch) pingSoon(turn, state.following);
    return;
  }
  const byMyLeader = sameBoot({ peer: message.sender, boot: message.boot }, state.leader);
  anotherLeads(turn, leader, { isSuccessor: byMyLeader, isIntroduced: byMyLeader });
  if (byMyLeader && state.pending !== null) state.pending.ripeMs = nowMs;
}
