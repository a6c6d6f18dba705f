/** The simulator's entry point: many schedules, one seed, the scenarios, the figures or the mutants. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '@iwanto/wire';
import { runInWorkers, work } from './batch.js';
import { USAGE, type Options, parseOptions } from './options.js';
import { run } from './run.js';
import { readScenario, runScenarios, runVerdicts } from './directed.js';
import { scenarioText } from './scenario.js';
import { type Schedule, makeSchedule } from './schedule.js';
import { shrink } from './shrink.js';
import { Trace } from './trace.js';

const program = fileURLToPath(import.meta.url);

/** Seeds are 31-bit; each run begins at the seconds since 1970 times a thousand, modulo 2^31. */
const newSeed = () => (Math.floor(Date.now() / 1_000) * 1_000) % 2 ** 31;

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown commit';
  }
}

async function runSchedules(options: Extract<Options, { command: 'schedules' }>): Promise<boolean> {
  const first = options.first ?? newSeed();
  const beganMs = performance.now();
  const tally = await runInWorkers(program, first, options.count, options.workers);
  const minutes = (performance.now() - beganMs) / 60_000;
  const perMinute = Math.round(tally.schedules / minutes);
  const hours = (tally.simulatedMs / 3_600_000).toFixed(1);
  console.log(
    `${tally.schedules} schedules from seed ${first}: ${tally.bad.length} bad; ` +
      `${perMinute} a minute, ${tally.events} events, ${hours} simulated hours`,
  );
  for (const { seed, failure } of tally.bad.slice(0, 3)) explain(seed, failure);
  return tally.bad.length === 0;
}

function explain(seed: number, failure: string): void {
  const small = shrink(makeSchedule(seed), failure);
  console.log(`\nat commit ${commit()}, seed ${seed}: ${failure}`);
  console.log(`shrunk in ${small.runs} runs, then: ${small.failure}\n`);
  const text = scenarioText(small.schedule);
  console.log(text);
  console.log(`npm run sim -- --scenario ${keepScenario(seed, text)} --trace`);
  console.log(`npm run sim -- --seed ${seed} --trace   (before it was shrunk)`);
}

/** Writes a shrunk schedule to a file, so that the printed command plays it. */
function keepScenario(seed: number, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'iwanto-sim-')), `seed-${seed}.txt`);
  writeFileSync(path, text);
  return path;
}

interface Shown {
  readonly trace: boolean;
  readonly datagrams: boolean;
}

/** Plays one schedule and prints the result. */
function playOne(schedule: Schedule, { trace, datagrams }: Shown): boolean {
  console.log(scenarioText(schedule));
  const report = run(
    schedule,
    trace || datagrams
      ? (world) => new Trace(world, (line) => console.log(line), datagrams)
      : undefined,
  );
  const healed =
    report.healedInMs === null ? 'nothing to heal' : `healed in ${report.healedInMs} ms`;
  console.log(report.failure ?? `ok, ${healed}, ${report.events} events`);
  return report.failure === null;
}

async function perform(options: Options): Promise<boolean> {
  switch (options.command) {
    case 'help':
      console.log(USAGE);
      return true;
    case 'worker':
      work(options.first, options.count);
      return true;
    case 'schedules':
      return runSchedules(options);
    case 'seed':
      return playOne(makeSchedule(options.seed), options);
    case 'scenario':
      return playOne(readScenario(options.scenario), options);
    case 'scenarios':
      return options.verdicts ? runVerdicts() : runScenarios(options.update);
    case 'shows':
      return (await import('./shows.js')).show();
    case 'mutants':
      if (options.of === 'swarm') return (await import('./swarm-mutants.js')).runSwarmMutants();
      return (await import('./mutants.js')).runMutants();
  }
}

try {
  process.exitCode = (await perform(parseOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (mistake) {
  console.error(reasonOf(mistake));
  process.exitCode = 2;
}
