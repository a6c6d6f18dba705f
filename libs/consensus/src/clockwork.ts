/** The timers: when each is due, and what it does then. */
import { announce, slowBeat } from './anyone/beat.js';
import { probeSeeds, tellRemembered } from './anyone/seeds.js';
import { tellPeers } from './anyone/sight.js';
import { sayGoodbye } from './goodbye.js';
import { decide, sayHello } from './joiner/join.js';
import { askTarget } from './joiner/target.js';
import { yieldDueMs, yieldToAll } from './leader/faceoff.js';
import { askOrResume } from './leader/fence.js';
import { beatStandbys, sweep } from './leader/lead.js';
import { claimOrTakeOver } from './member/claim.js';
import { askPending, pendingRipe, ripeDueMs } from './member/pending.js';
import { cutOff, cutOffDueMs, ping } from './member/ping.js';
import { probeLeader, startSuspicion, suspicionDueMs } from './member/suspect.js';
import { followingOf, joiningOf, leads, reignOf } from './state/place.js';
import type { Following, Reign, State } from './state/state.js';
import type { Turn } from './state/turn.js';

interface Timer {
  readonly dueMs: (state: State) => number;
  readonly act: (turn: Turn) => void;
}

/** A timer that exists while its part of the state does. */
function when<P>(
  part: (state: State) => P | null | undefined,
  dueMs: (part: P, state: State) => number,
  act: (turn: Turn, part: P) => void,
): Timer {
  return {
    dueMs: (state) => {
      const present = part(state);
      return present === null || present === undefined ? Infinity : dueMs(present, state);
    },
    act: (turn) => {
      const present = part(turn.state);
      if (present !== null && present !== undefined) act(turn, present);
    },
  };
}

const suspicion = (state: State) => followingOf(state)?.suspicion;
const leaving = ({ place }: State) => (place.at === 'leaving' ? place : null);
const leading = (state: State) => (leads(state) ? reignOf(state) : null);
const suspended = (state: State) => (leads(state) ? null : reignOf(state));

/** No claim of one's own while a successor is being investigated; a stranger delays nothing. */
const claimDueMs = ({ suspicion, pending }: Following) =>
  suspicion === null || pending?.isTrusted === true ? Infinity : suspicion.dueMs;

/** A leader without members beats to nobody: it sleeps from one slow beat to the next. */
const beatDueMs = ({ fastBeatAtMs }: Reign, { members }: State) =>
  members.size > 0 ? fastBeatAtMs : Infinity;

/** It checks for departed members while it has any, and until it has noticed that none is left (S36). */
const sweepDueMs = ({ sweepAtMs, hadMembers }: Reign, { members, leader }: State) =>
  members.size > 0 || (hadMembers && leader?.lost === false) ? sweepAtMs : Infinity;

/** A leaving process does nothing else (S41). */
const LEAVING: readonly Timer[] = [when(leaving, (it) => it.atMs, sayGoodbye)];

const TIMERS: readonly Timer[] = [
  when(joiningOf, (it) => it.helloAtMs, sayHello),
  when(joiningOf, (it) => it.target?.helloAtMs ?? Infinity, askTarget),
  when(joiningOf, (it) => it.decideAtMs, decide),
  when(followingOf, (it, state) => cutOffDueMs(state, it), cutOff),
  when(followingOf, (it) => it.pingAtMs, ping),
  when(followingOf, (it, state) => suspicionDueMs(state, it), startSuspicion),
  when(followingOf, ripeDueMs, pendingRipe),
  when(followingOf, (it) => it.pending?.askAtMs ?? Infinity, askPending),
  when(suspicion, (it) => it.probeAtMs, probeLeader),
  when(followingOf, claimDueMs, claimOrTakeOver),
  when(suspended, (it) => it.suspension?.askAtMs ?? Infinity, askOrResume),
  when(leading, (it) => it.announceAtMs, announce),
  when(leading, beatDueMs, beatStandbys),
  when(leading, (it) => it.slowBeatAtMs, slowBeat),
  when(leading, sweepDueMs, sweep),
  when(leading, yieldDueMs, yieldToAll),
  { dueMs: (state) => state.seeds.probeAtMs, act: probeSeeds },
  { dueMs: (state) => state.seeds.rememberAtMs, act: tellRemembered },
  { dueMs: (state) => state.tellPeersAtMs, act: tellPeers },
];

const timersOf = ({ place }: State) => (place.at === 'leaving' ? LEAVING : TIMERS);

/** The earliest of all. */
export function earliestMs(state: State): number {
  if (state.place.at === 'idle' || state.place.at === 'left') return Infinity;
  let earliest = Infinity;
  for (const timer of timersOf(state)) earliest = Math.min(earliest, timer.dueMs(state));
  return earliest;
}

/** Runs each due timer once: what becomes due thereby waits for the next tick. */
export function runDue(turn: Turn): void {
  for (const timer of timersOf(turn.state))
    if (timer.dueMs(turn.state) <= turn.nowMs) timer.act(turn);
}
