/** A member hears of another leader than its own: one is looked into, one is told who leads, one is told of. */
import type { Address, ElectionHeader, LeaderTuple } from '@iwanto/wire';
import { LIMITS } from './config.js';
import { pingSoon } from './follow.js';
import { introduce, isFellow } from './introduction.js';
import { beginJoining } from './join.js';
import { openPending } from './pending.js';
import { locate, sameBoot } from './rank.js';
import { allow, allowAnswer, allowFor, shareOf } from './rates.js';
import type { Following, KnownLeader } from './state.js';
import { type Turn, move, send } from './turn.js';

const RELAYS_OF_ONE_PER_SECOND = 2;

/** A leader that was a stranger answered from where it says it is. */
export const strangerIntroduced = (turn: Turn, leader: KnownLeader): void =>
  anotherLeads(turn, leader, { from: leader.address, isSuccessor: false, known: 'answered' });

/** What is known of another leader beside that it leads. */
export interface Standing {
  /** Whose word it is. */
  readonly from: Address;
  /** It names my leader as the one before it. */
  readonly isSuccessor: boolean;
  /** By a word of anybody; by its answer from where it says it is; or by my leader or a standby. */
  readonly known: 'told' | 'answered' | 'vouched';
}

/** Somebody else says, or is said, to lead. A lower epoch is told who leads; a higher one is looked into. */
export function anotherLeads(turn: Turn, leader: KnownLeader, standing: Standing): void {
  const { state } = turn;
  const { following } = state;
  if (following === null || leader.peer === state.config.peer) return;
  if (leader.peer === state.leader?.peer) restarted(turn, following, leader);
  const { from, isSuccessor, known } = standing;
  const isTrusted =
    known === 'vouched' || isFellow(state, { sender: leader.peer, boot: leader.boot });
  const isStranger = !isTrusted && known === 'told';
  if (leader.epoch < state.epoch) fence(turn, from);
  else if (leader.epoch === state.epoch) besideMine(turn, following, leader, isStranger);
  else if (!isStranger) openPending(turn, leader, { isSuccessor, isTrusted });
  else {
    relay(turn, leader);
    introduce(turn, leader);
  }
}

/** Another cluster in the same epoch: its leader and mine settle it, unless mine is gone and nobody took its place. */
function besideMine(
  turn: Turn,
  following: Following,
  leader: KnownLeader,
  isStranger: boolean,
): void {
  const { state, nowMs } = turn;
  const isOrphan = following.gone && nowMs - following.evidenceMs > state.timers.lostMs;
  if (!isOrphan) return relay(turn, leader);
  if (isStranger) return introduce(turn, leader);
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
  const perSecond = shareOf(turn.state, LIMITS.hintsPerSecond);
  if (leader !== null && allowAnswer(turn, to, 'fence', perSecond))
    send(turn, to, { type: 'hint', leader });
}

/** Tells my own leader that another one exists. */
export function relay(turn: Turn, leader: KnownLeader): void {
  const { state } = turn;
  const allowed = () =>
    allowFor(turn, `relay ${leader.peer}`, RELAYS_OF_ONE_PER_SECOND) &&
    allow(turn, 'relay', shareOf(state, LIMITS.relaysPerSecond));
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
  const known = byMyLeader ? 'vouched' : 'told';
  anotherLeads(turn, leader, { from, isSuccessor: byMyLeader, known });
  if (byMyLeader && state.pending !== null) state.pending.ripeMs = nowMs;
}
