/** Breaks a copy of the built election on purpose, once for each mutant, and records which checks notice. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { runInWorkers } from './batch.js';
import { MUTANTS, type Mutant } from './mutant-list.js';
import { kindOf } from './shrink.js';

const simulator = join(dirname(fileURLToPath(import.meta.url)), '..');
const libs = join(simulator, '..', '..', 'libs');
/** Random schedules each mutant must survive before it counts as survivor. */
const SCHEDULES = 1_500;
/** ... in pieces, so that most are caught early. */
const PIECE = 300;
const FIRST_SEED = 1;
const CAUGHT_MIN = 15;
const SCENARIOS_LIMIT_MS = 120_000;

/** A minimal workspace: the simulator as it is, the election with the mutant's patches. */
function mutate(mutant: Mutant): string {
  const root = mkdtempSync(join(tmpdir(), 'iwanto-mutant-'));
  const scope = join(root, 'node_modules', '@iwanto');
  mkdirSync(scope, { recursive: true });
  symlinkSync(join(libs, 'wire'), join(scope, 'wire'));
  for (const part of ['package.json', 'dist'])
    cpSync(join(libs, 'consensus', part), join(scope, 'consensus', part), { recursive: true });
  for (const part of ['package.json', 'dist', 'scenarios'])
    cpSync(join(simulator, part), join(root, 'sim', part), { recursive: true });
  for (const { file, find, replace } of mutant.patches) {
    const path = join(scope, 'consensus', 'dist', file);
    const source = readFileSync(path, 'utf8');
    if (!source.includes(find))
      throw new Error(`${mutant.name}: ${file} has no "${find}" any more`);
    writeFileSync(path, source.replaceAll(find, replace));
  }
  return root;
}

/** What notices the mutant; null when nothing does. */
async function caughtBy(root: string): Promise<string | null> {
  const program = join(root, 'sim', 'dist', 'main.js');
  const played = spawnSync(process.execPath, [program, '--scenarios', '--verdicts'], {
    encoding: 'utf8',
    timeout: SCENARIOS_LIMIT_MS,
  });
  const wrong = played.stdout.split('\n').filter((line) => line.startsWith('wrong'));
  if (wrong.length > 0) return `${wrong.length} scenarios (${wrong[0]?.slice(6, 90)})`;
  for (let from = 0; from < SCHEDULES; from += PIECE) {
    const { bad } = await runInWorkers(program, FIRST_SEED + from, PIECE, 2);
    const [first] = bad;
    if (first !== undefined)
      return `${kindOf(first.failure)}, seed ${first.seed}, ${bad.length} of ${from + PIECE}`;
  }
  return null;
}

/** Reports each mutant; true when enough are caught and no survivor is unexplained. */
export async function runMutants(): Promise<boolean> {
  let caught = 0;
  let unexplained = 0;
  for (const mutant of MUTANTS) {
    const root = mutate(mutant);
    try {
      const by = await caughtBy(root);
      if (by !== null) caught += 1;
      else if (mutant.survives === undefined) unexplained += 1;
      const fate =
        by === null ? `survived  ${mutant.survives ?? 'UNEXPLAINED'}` : `caught by ${by}`;
      console.log(`${mutant.name.padEnd(50)} ${fate}`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  console.log(`${caught} of ${MUTANTS.length} caught, goal ${CAUGHT_MIN}`);
  return caught >= CAUGHT_MIN && unexplained === 0;
}
