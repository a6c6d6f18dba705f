/** A member hears of another leader than its own: one is looked into, one is told who leads, one is told of. */
import type { Address, LeaderTuple, PongMessage } from '@iwanto/wire';
import { introduce, isFellow, type Speaker } from '../anyone/introduction.js';
import { pingSoon } from '../anyone/keep-alive.js';
import { locate, sameBoot } from '../anyone/rank.js';
import { allow, allowAnswer, allowFor, takesPart } from '../anyone/rates.js';
import { beginJoining } from '../enter.js';
import { LIMITS } from '../state/config.js';
import type { Following, KnownLeader, State } from '../state/state.js';
import { move, send, type Turn } from '../state/turn.js';
import { openPending } from './pending.js';

const RELAYS_OF_ONE_PER_SECOND = 2;

/** A leader that was a stranger answered from where it says it is. */
export function strangerIntroduced(turn: Turn, message: PongMessage, from: Address): void {
  const leader = { ...message.leader, address: from };
  anotherLeads(turn, leader, { by: message, from, isSuccessor: false, known: 'answered' });
}

/** What is known of another leader beside that it leads. */
export interface Standing {
  /** Whose word it is, and where that one is. */
  readonly by: Speaker;
  readonly from: Address;
  /** It names my leader as the one before it. */
  readonly isSuccessor: boolean;
  /** By a word of anybody; by its answer from where it says it is; or by my leader or, in an objection, a fellow. */
  readonly known: 'told' | 'answered' | 'vouched';
}

/** Somebody else says, or is said, to lead. A lower epoch is told who leads; a higher one is looked into. */
export function anotherLeads(turn: Turn, leader: KnownLeader, standing: Standing): void {
  const { state } = turn;
  const { following } = state;
  if (following === null || leader.peer === state.config.peer) return;
  if (leader.peer === state.leader?.peer) restarted(turn, following, leader);
  const { by, from, isSuccessor, known } = standing;
  const isTrusted = known === 'vouched' || (isFellow(state, by) && leadsAsFellow(state, leader));
  const isStranger = !isTrusted && known === 'told';
  if (leader.epoch < state.epoch) fence(turn, from);
  else if (isStranger) strangerLeads(turn, following, leader, by);
  else if (leader.epoch > state.epoch) openPending(turn, leader, { isSuccessor, isTrusted });
  else if (isOrphan(turn, following)) joinInstead(turn, leader);
  else relay(turn, leader);
}

const leadsAsFellow = (state: State, { peer, boot }: KnownLeader): boolean =>
  isFellow(state, { sender: peer, boot });

/** My leader is told of it; it is asked itself when I could follow it. */
function strangerLeads(turn: Turn, following: Following, leader: KnownLeader, by: Speaker): void {
  const couldFollow = leader.epoch > turn.state.epoch || isOrphan(turn, following);
  if (takesPart(turn)) relay(turn, leader);
  if (couldFollow) introduce(turn, leader, by.sender !== leader.peer);
}

/** My leader is gone and nobody took its place: then I follow whoever leads in the same epoch. */
const isOrphan = ({ state, nowMs }: Turn, { gone, evidenceMs }: Following): boolean =>
  gone && nowMs - evidenceMs > state.timers.lostMs;

function joinInstead(turn: Turn, leader: KnownLeader): void {
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
  if (leader === null || !takesPart(turn)) return;
  if (allowAnswer(turn, to, 'fence', LIMITS.hintsPerSecond))
    send(turn, to, { type: 'hint', leader });
}

/** Tells my own leader that another one exists. */
export function relay(turn: Turn, leader: KnownLeader): void {
  const { state } = turn;
  const allowed = () =>
    allowFor(turn, `relay ${leader.peer}`, RELAYS_OF_ONE_PER_SECOND) &&
    allow(turn, 'relay', LIMITS.relaysPerSecond);
  if (state.leader?.address && allowed())
    send(turn, state.leader.address, { type: 'relay', leader });
}

/** Another leader said that it leads, in a HINT, NOTL or NOTM: from my own leader this is final. */
export function leaderToldOf(
  turn: Turn,
  message: Speaker & { readonly leader: LeaderTuple },
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
  anotherLeads(turn, leader, { by: message, from, isSuccessor: byMyLeader, known });
  if (byMyLeader && state.pending !== null) state.pending.ripeMs = nowMs;
}
