/** All that time does: when each thing is due, and what it does then. */
import { announce, slowBeat } from './anyone/beat.js';
import { probeSeeds, tellRemembered } from './anyone/seeds.js';
import { tellPeers } from './anyone/sight.js';
import { sayGoodbye } from './goodbye.js';
import { decide, sayHello } from './joiner/join.js';
import { askTarget } from './joiner/target.js';
import { yieldDueMs, yieldToAll } from './leader/faceoff.js';
import { askOrResume } from './leader/fence.js';
import { beatStandbys, sweep } from './leader/lead.js';
import { claim, takeOver } from './member/claim.js';
import { askPending, pendingRipe, ripeDueMs } from './member/pending.js';
import { cutOff, cutOffDueMs, ping } from './member/ping.js';
import { probeLeader, startSuspicion, suspicionDueMs } from './member/suspect.js';
import type { Reign, State } from './state/state.js';
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

const joining = (state: State) => state.joining;
const following = (state: State) => state.following;
const pending = (state: State) => state.pending;
const suspicion = (state: State) => state.suspicion;
const suspension = (state: State) => state.suspension;
const leaving = (state: State) => state.leaving;
const reign = (state: State): Reign | null => (state.phase === 'leading' ? state.reign : null);

/** While a successor is being looked into, no claim of one's own; a stranger holds up nothing. */
const claimDueMs = ({ suspicion, pending }: State) =>
  suspicion === null || pending?.isTrusted === true ? Infinity : suspicion.dueMs;

function claimOrTakeOver(turn: Turn): void {
  const { phase, following: under, suspicion: held } = turn.state;
  if (under === null || held === null) return;
  if (phase === 'claiming') takeOver(turn);
  else claim(turn, under, held);
}

/** Who leaves does nothing else any more. */
const LEAVING: readonly Timer[] = [when(leaving, (it) => it.atMs, sayGoodbye)];

const TIMERS: readonly Timer[] = [
  when(joining, (it) => it.helloAtMs, sayHello),
  when(joining, (it) => it.target?.helloAtMs ?? Infinity, askTarget),
  when(joining, (it) => it.decideAtMs, decide),
  when(following, (it, state) => cutOffDueMs(state, it), cutOff),
  when(following, (it) => it.pingAtMs, ping),
  when(following, (_, state) => suspicionDueMs(state), startSuspicion),
  when(pending, ripeDueMs, pendingRipe),
  when(pending, (it) => it.askAtMs, askPending),
  when(suspicion, (it) => it.probeAtMs, probeLeader),
  when(suspicion, (_, state) => claimDueMs(state), claimOrTakeOver),
  when(suspension, (it) => it.askAtMs, askOrResume),
  when(reign, (it) => it.announceAtMs, announce),
  when(reign, (it) => it.fastBeatAtMs, beatStandbys),
  when(reign, (it) => it.slowBeatAtMs, slowBeat),
  when(reign, (it) => it.sweepAtMs, sweep),
  when(reign, yieldDueMs, yieldToAll),
  { dueMs: (state) => state.seeds.probeAtMs, act: probeSeeds },
  { dueMs: (state) => state.seeds.rememberAtMs, act: tellRemembered },
  { dueMs: (state) => state.tellPeersAtMs, act: tellPeers },
];

const timersOf = (state: State) => (state.leaving === null ? TIMERS : LEAVING);

/** The earliest of all. */
export function earliestMs(state: State): number {
  if (state.phase === 'idle' || state.phase === 'left') return Infinity;
  let earliest = Infinity;
  for (const timer of timersOf(state)) earliest = Math.min(earliest, timer.dueMs(state));
  return earliest;
}

/** Does what is due, each thing once: what becomes due by it waits for the next tick. */
export function runDue(turn: Turn): void {
  for (const timer of timersOf(turn.state))
    if (timer.dueMs(turn.state) <= turn.nowMs) timer.act(turn);
}
