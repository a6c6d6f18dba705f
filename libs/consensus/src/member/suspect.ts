/** Suspicion: a standby that misses its leader asks the leader and the other standbys before it claims. */
import {
  type Address,
  AGE_MS_MAX,
  type AliveMessage,
  type AskMessage,
  type BootRef,
} from '@iwanto/wire';
import { isFellow } from '../anyone/introduction.js';
import { sameBoot } from '../anyone/rank.js';
import { gapAfterMs } from '../anyone/schedule.js';
import { standbyIndex } from '../anyone/standbys.js';
import { becomeCalm, becomeSuspicious } from '../enter.js';
import { followingOf } from '../state/place.js';
import type { Following, State, Suspicion } from '../state/state.js';
import { freshNonce, send, type Turn } from '../state/turn.js';
import { fence } from './another-leader.js';

/** Since the suspicion, through the claim (S19): at 5 % loss all six answers are lost once in a million times. */
const PROBE_AT_MS = [0, 15, 30, 45, 60, 75];

/** How long ago the leader last proved that it is there. */
export const evidenceAgeMs = (following: Following, nowMs: number): number =>
  Math.min(AGE_MS_MAX, Math.max(0, Math.round(nowMs - following.evidenceMs)));

/** When silence becomes suspicious; never for a member that is no standby. */
export function suspicionDueMs(state: State, following: Following): number {
  const { timers } = state;
  if (following.suspicion !== null || standbyIndex(state) < 0) return Infinity;
  const fromMs = Math.max(following.evidenceMs, following.watchFromMs);
  return fromMs + timers.standbyMs + following.jitterMs;
}

/** Suspects the leader now; only a standby may. */
export function startSuspicion(turn: Turn, following: Following): void {
  const { state, nowMs } = turn;
  const index = standbyIndex(state);
  if (index < 0 || state.leader === null) return;
  if (following.suspicion?.isClaim === true) return;
  const nonce = freshNonce(state);
  const waitMs = following.gone ? 0 : state.timers.probeMs;
  const suspicion = {
    isClaim: false,
    nonce,
    probed: 0,
    probeAtMs: following.gone ? Infinity : nowMs,
    dueMs: nowMs + waitMs + index * state.timers.staggerMs,
  };
  becomeSuspicious(turn, following, suspicion);
  if (following.gone) return;
  probeLeader(turn, suspicion);
  askStandbys(turn, evidenceAgeMs(following, nowMs));
}

/** Asks the suspected leader whether it is there; several times, since datagrams get lost. */
export function probeLeader(turn: Turn, suspicion: Suspicion): void {
  const { leader } = turn.state;
  suspicion.probeAtMs = turn.nowMs + (gapAfterMs(PROBE_AT_MS, suspicion.probed) ?? Infinity);
  suspicion.probed += 1;
  if (leader?.address)
    send(turn, leader.address, { type: 'probe', nonce: suspicion.nonce, leader });
}

function askStandbys(turn: Turn, ageMs: number): void {
  const { state } = turn;
  const { leader } = state;
  if (leader === null) return;
  for (const each of state.standbys)
    if (each.peer !== state.config.peer) send(turn, each.address, { type: 'ask', ageMs, leader });
}

/** Evidence that is hardly younger proves nothing (S21): the leader died just after it. */
export function isYounger(state: State, mineMs: number, theirsMs: number): boolean {
  return mineMs + state.timers.youngerMs <= theirsMs;
}

/** Another standby suspects our leader. */
export function hearAsk(turn: Turn, message: AskMessage, from: Address): void {
  const { state, nowMs } = turn;
  const following = followingOf(state);
  if (following === null || !isFellow(state, message)) return;
  if (!sameBoot(message.leader, state.leader)) {
    if (message.epoch < state.epoch) fence(turn, from);
    return;
  }
  if (following.gone || following.suspicion !== null) return;
  const ageMs = evidenceAgeMs(following, nowMs);
  if (isYounger(state, ageMs, message.ageMs))
    send(turn, from, { type: 'alive', leader: message.leader, ageMs });
  else if (state.standbys.some((each) => each.peer === message.sender))
    following.askers.set(message.sender, from);
}

/** Another standby has younger evidence: mine is as young now. */
export function hearAlive(turn: Turn, message: AliveMessage): void {
  const { state } = turn;
  if (state.standbys.some((each) => each.peer === message.sender))
    takeEvidence(turn, message.leader, message.ageMs);
}

/** Takes over the age of another standby's evidence. */
export function takeEvidence(turn: Turn, leader: BootRef, ageMs: number): void {
  const { state, nowMs } = turn;
  const following = followingOf(state);
  if (following === null || following.gone || !sameBoot(leader, state.leader)) return;
  if (!isYounger(state, ageMs, evidenceAgeMs(following, nowMs))) return;
  following.evidenceMs = nowMs - ageMs;
  const isClaim = following.suspicion?.isClaim === true;
  becomeCalm(turn, following, isClaim ? 'objection' : 'leader heard');
}
