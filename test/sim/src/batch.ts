/** Many schedules, in several processes; failures are returned as data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { run } from './run.js';
import { makeSchedule } from './schedule.js';

export interface Bad {
  readonly seed: number;
  readonly failure: string;
}

export interface Tally {
  readonly schedules: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly bad: readonly Bad[];
}

/** Failures that one batch reports; beyond that, the machine is broken anyway. */
const BAD_MAX = 20;

const EMPTY: Tally = { schedules: 0, events: 0, simulatedMs: 0, bad: [] };

const add = (a: Tally, b: Tally): Tally => ({
  schedules: a.schedules + b.schedules,
  events: a.events + b.events,
  simulatedMs: a.simulatedMs + b.simulatedMs,
  bad: [...a.bad, ...b.bad],
});

/** Runs the schedules of `count` seeds from `first` on, in this process. */
export function runSeeds(first: number, count: number, badMax = BAD_MAX): Tally {
  let tally = EMPTY;
  for (let seed = first; seed < first + count && tally.bad.length < badMax; seed++) {
    const { failure, events, simulatedMs } = run(makeSchedule(seed));
    const bad = failure === null ? [] : [{ seed, failure }];
    tally = add(tally, { schedules: 1, events, simulatedMs, bad });
  }
  return tally;
}

/** The worker's side: its tally as one line of JSON. */
export function work(first: number, count: number): void {
  console.log(JSON.stringify(runSeeds(first, count)));
}

/** Splits the seeds among worker processes. `program` is this simulator, or a mutated copy of it. */
export async function runInWorkers(
  program: string,
  first: number,
  count: number,
  workers: number,
): Promise<Tally> {
  const share = Math.ceil(count / workers);
  const parts = Array.from({ length: workers }, (_, index) => ({
    first: first + index * share,
    count: Math.min(share, count - index * share),
  })).filter((part) => part.count > 0);
  const tallies = await Promise.all(parts.map((part) => runPart(program, part.first, part.count)));
  return tallies.reduce(add, EMPTY);
}

async function runPart(program: string, first: number, count: number): Promise<Tally> {
  const words = [program, '--worker', '--first', `${first}`, '--schedules', `${count}`];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let tally: Tally | null = null;
  for await (const line of linesOf(child)) tally = JSON.parse(line) as Tally;
  const code = await ended;
  if (tally === null) throw new Error(`the worker for seeds from ${first} ended with code ${code}`);
  return tally;
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new Error('a worker has no output');
  return createInterface({ input: child.stdout });
}
