/**
 * A member hears of a leader other than its own: it checks that leader, informs it who leads, or reports it to its
 * own.
 */
import type { Address } from '@iwanto/wire';
import { introduce, isFellow } from '../anyone/introduction.js';
import { pingSoon } from '../anyone/keep-alive.js';
import type { LeaderHeard } from '../anyone/leader-heard.js';
import { sameBoot } from '../anyone/rank.js';
import { allow, allowAnswer, allowFor, takesPart } from '../anyone/rates.js';
import { becomeJoiner } from '../enter.js';
import { LIMITS } from '../state/config.js';
import type { Following, KnownLeader, State } from '../state/state.js';
import { send, type Turn } from '../state/turn.js';
import { openPending } from './pending.js';

const RELAYS_OF_ONE_PER_SECOND = 2;

/** What a member does about another leader than its own, and about news of its own from others. */
export function memberHearsOfLeader(turn: Turn, following: Following, heard: LeaderHeard): void {
  const { state, nowMs } = turn;
  const { leader, known } = heard;
  if (sameBoot(leader, state.leader)) {
    if (leader.epoch > state.epoch) pingSoon(turn, following);
    return;
  }
  anotherLeads(turn, following, heard);
  // My own leader says so: there is no need to wait for its silence (S29).
  if (known === 'final' && following.pending !== null) following.pending.ripeMs = nowMs;
}

/** Somebody else says, or is said, to lead. One of a lower epoch is informed who leads; a higher one is investigated. */
function anotherLeads(turn: Turn, following: Following, heard: LeaderHeard): void {
  const { state } = turn;
  const { leader, by, from, known } = heard;
  if (leader.peer === state.config.peer) return;
  if (leader.peer === state.leader?.peer) restarted(turn, following, leader);
  const isVouched = known === 'vouched' || known === 'final';
  const isTrusted = isVouched || (isFellow(state, by) && leadsAsFellow(state, leader));
  const isStranger = !isTrusted && known === 'told';
  if (leader.epoch < state.epoch) fence(turn, from);
  else if (isStranger) strangerLeads(turn, following, heard);
  else if (leader.epoch > state.epoch) openPending(turn, following, heard, isTrusted);
  // A message from an earlier epoch leads nobody away (S4): the next one of that leader does.
  else if (isOrphan(turn, following) && by.epoch >= state.epoch)
    becomeJoiner(turn, 'cut off', leader);
  else relay(turn, leader);
}

const leadsAsFellow = (state: State, { peer, boot }: KnownLeader): boolean =>
  isFellow(state, { sender: peer, boot });

/** It is reported to my leader; it is asked directly when I could follow it (S50). */
function strangerLeads(turn: Turn, following: Following, { leader, isHearsay }: LeaderHeard): void {
  const couldFollow = leader.epoch > turn.state.epoch || isOrphan(turn, following);
  if (takesPart(turn)) relay(turn, leader);
  if (couldFollow) introduce(turn, leader, isHearsay);
}

/** My leader is gone and nobody has replaced it: then I follow any leader of the same epoch. */
const isOrphan = ({ state, nowMs }: Turn, { gone, evidenceMs }: Following): boolean =>
  gone && nowMs - evidenceMs > state.timers.lostMs;

/** Another start of my leader has taken its place: the one I followed is dead. */
function restarted(turn: Turn, following: Following, leader: KnownLeader): void {
  if (leader.epoch <= turn.state.epoch) pingSoon(turn, following);
}

/** Informs a stale leader, or a follower of it, who leads (S30). */
export function fence(turn: Turn, to: Address): void {
  const { leader } = turn.state;
  if (leader === null || !takesPart(turn)) return;
  if (allowAnswer(turn, to, 'fence', LIMITS.hintsPerSecond))
    send(turn, to, { type: 'hint', leader });
}

/** Reports another leader to my own (S28). */
export function relay(turn: Turn, leader: KnownLeader): void {
  const { state } = turn;
  const allowed = () =>
    allowFor(turn, `relay ${leader.peer}`, RELAYS_OF_ONE_PER_SECOND) &&
    allow(turn, 'relay', LIMITS.relaysPerSecond);
  if (state.leader?.address && allowed())
    send(turn, state.leader.address, { type: 'relay', leader });
}
