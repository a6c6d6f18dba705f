/** Breaks a copy of the swarm on purpose, once for each mutant, and records which of its own tests notice. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant-list.js';
import { SWARM_MUTANTS } from './swarm-mutant-list.js';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const swarm = join(workspace, 'libs', 'swarm');
const LIMIT_MS = 120_000;

/** The library as it is, with the mutant's patches; below the workspace, so that its packages are found. */
function mutate({ name, patches }: Mutant): string {
  mkdirSync(join(workspace, 'tmp'), { recursive: true });
  const root = mkdtempSync(join(workspace, 'tmp', 'swarm-mutant-'));
  cpSync(join(swarm, 'src'), join(root, 'src'), { recursive: true });
  copyFileSync(join(swarm, 'package.json'), join(root, 'package.json'));
  for (const { file, find, replace } of patches) {
    const path = join(root, 'src', file);
    const source = readFileSync(path, 'utf8');
    if (!source.includes(find)) throw new Error(`${name}: ${file} has no "${find}" any more`);
    writeFileSync(path, source.replaceAll(find, replace));
  }
  return root;
}

/** The name of the first test that fails; null when none does, "no end" when they take too long. */
function caughtBy(root: string): string | null {
  const jest = join(workspace, 'node_modules', 'jest', 'bin', 'jest.js');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest],
      ...['--config', join(workspace, 'jest.config.mjs'), '--rootDir', '.', '--bail'],
    ],
    { cwd: root, encoding: 'utf8', timeout: LIMIT_MS },
  );
  if (status === 0) return null;
  return /● (.+)/.exec(stderr)?.[1] ?? 'no end';
}

/** Reports each mutant; true when every one is caught, or its survival is explained. */
export function runSwarmMutants(): boolean {
  let caught = 0;
  let unexplained = 0;
  for (const mutant of SWARM_MUTANTS) {
    const root = mutate(mutant);
    try {
      const by = caughtBy(root);
      if (by !== null) caught += 1;
      else if (mutant.survives === undefined) unexplained += 1;
      const fate =
        by === null ? `survived  ${mutant.survives ?? 'UNEXPLAINED'}` : `caught by ${by}`;
      console.log(`${mutant.name.padEnd(62)} ${fate}`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  console.log(`${caught} of ${SWARM_MUTANTS.length} caught`);
  return unexplained === 0;
}
