/** Directed scenarios: text files with what happens and, below a line of dashes, the expected trace. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.js';
import { parseScenario } from './scenario.js';
import type { Schedule } from './schedule.js';
import { CountTrace, Trace } from './trace.js';

const LINE = '----\n';

/** The folder of the scenarios, from the sources as from the built files. */
export const scenariosFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'scenarios');

export interface Directed {
  readonly name: string;
  readonly commands: string;
  /** The expected trace; empty for a new scenario. */
  readonly expected: string;
}

export function readScenarios(folder = scenariosFolder): Directed[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => {
      const [commands = '', expected = ''] = readFileSync(join(folder, name), 'utf8').split(LINE);
      return { name, commands, expected };
    });
}

/**
 * The schedule of one scenario: `crash` for test/sim/scenarios/crash.txt, or the path of a file.
 * @throws Error that names the scenarios there are.
 */
export function readScenario(nameOrFile: string): Schedule {
  const named = join(scenariosFolder, `${nameOrFile.replace(/\.txt$/, '')}.txt`);
  const path = [named, nameOrFile].find((each) => existsSync(each));
  if (path === undefined) {
    const names = readScenarios().map(({ name }) => name.replace('.txt', ''));
    throw new Error(
      `there is no scenario and no file "${nameOrFile}"; scenarios: ${names.join(', ')}`,
    );
  }
  const [commands = ''] = readFileSync(path, 'utf8').split(LINE);
  return parseScenario(commands);
}

/** From this many hosts on, only their number in each state is printed. */
const CROWD = 20;

/** The trace of a scenario: every change of state, then the verdict. */
export function play(commands: string): string {
  const lines: string[] = [];
  const schedule = parseScenario(commands);
  const print = (line: string) => lines.push(line);
  const report = run(schedule, (world) =>
    schedule.hosts.length >= CROWD ? new CountTrace(world, print) : new Trace(world, print, false),
  );
  lines.push(
    report.failure ?? `ok: agreed ${Math.round(report.healedInMs ?? 0)} ms after the last fault`,
  );
  return `${lines.join('\n')}\n`;
}

/** Plays all; with `update` writes the resulting traces. */
export function runScenarios(update: boolean): boolean {
  let right = true;
  for (const { name, commands, expected } of readScenarios()) {
    const trace = play(commands);
    if (trace === expected) {
      console.log(`same      ${name}`);
    } else if (update) {
      writeFileSync(join(scenariosFolder, name), `${commands}${LINE}${trace}`);
      console.log(`written   ${name}`);
    } else {
      right = false;
      console.log(`different ${name}: now\n${trace}`);
    }
  }
  return right;
}

/** Plays all but the crowds and looks only at how each ended: a broken election may still end well another way. */
export function runVerdicts(): boolean {
  let right = true;
  for (const { name, commands } of readScenarios()) {
    if (parseScenario(commands).hosts.length >= CROWD) continue;
    const verdict = play(commands).trimEnd().split('\n').pop() ?? '';
    if (verdict.startsWith('ok')) continue;
    right = false;
    console.log(`wrong ${name}: ${verdict}`);
  }
  return right;
}
