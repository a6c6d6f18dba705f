/** The layering canary: plants violations and expects lint to refuse them, because a rule that never fires proves nothing. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
const LINT_LIMIT_MS = 180_000;

interface Plant {
  readonly what: string;
  readonly project: string;
  readonly file: string;
  readonly text: string;
  /** The rule that must refuse it. */
  readonly rule: string;
}

const PLANTS: readonly Plant[] = [
  {
    what: 'a core imports an edge',
    project: '@iwanto/consensus',
    file: 'libs/consensus/src/planted-edge.ts',
    text: "export { openBus } from '@iwanto/bus';\n",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'a core reads the clock',
    project: '@iwanto/consensus',
    file: 'libs/consensus/src/planted-clock.ts',
    text: 'export const nowMs = () => Date.now();\n',
    rule: 'no-restricted-properties',
  },
  {
    what: 'a core opens a file',
    project: '@iwanto/consensus',
    file: 'libs/consensus/src/planted-file.ts',
    text: "export { readFileSync } from 'node:fs';\n",
    rule: 'no-restricted-imports',
  },
  {
    what: 'an app imports an app',
    project: 'iwanto',
    file: 'apps/cli/src/planted-app.ts',
    text: "export * from '../../election/src/main.js';\n",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'an outside package is used away from its door',
    project: 'iwanto',
    file: 'apps/cli/src/planted-door.ts',
    text: "export { Dealer } from 'zeromq';\n",
    rule: 'no-restricted-imports',
  },
  {
    what: 'a function has 60 lines',
    project: 'iwanto',
    file: 'apps/cli/src/planted-size.ts',
    text: `export function long(): void {\n${'  process.stdout.write("x");\n'.repeat(60)}}\n`,
    rule: 'max-lines-per-function',
  },
];

const clear = () => PLANTS.forEach(({ file }) => rmSync(`${WORKSPACE}/${file}`, { force: true }));

/** The lint report of one project: problems with file and rule. */
function lint(project: string): string {
  const nx = `${WORKSPACE}/node_modules/nx/dist/bin/nx.js`;
  const run = spawnSync(process.execPath, [nx, 'run', `${project}:lint`, '--skip-nx-cache'], {
    cwd: WORKSPACE,
    encoding: 'utf8',
    timeout: LINT_LIMIT_MS,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  return `${run.stdout}${run.stderr}`;
}

/** The part of a lint report that is about one file. */
function about(report: string, file: string): string {
  const start = report.indexOf(file.slice(file.lastIndexOf('/') + 1));
  return start < 0 ? '' : (report.slice(start).split(/\n\s*\n/)[0] ?? '');
}

function run(): number {
  for (const { file, text } of PLANTS) {
    writeFileSync(
      `${WORKSPACE}/${file}`,
      `/** Planted by tools/tidy.ts; to be refused. */\n${text}`,
    );
  }
  const reports = new Map<string, string>();
  for (const { project } of PLANTS) {
    if (!reports.has(project)) reports.set(project, lint(project));
  }
  const missed = PLANTS.filter(
    ({ project, file, rule }) => !about(reports.get(project) ?? '', file).includes(rule),
  );
  for (const { what, rule } of missed) console.error(`Lint let through: ${what} (${rule})`);
  for (const { project } of missed) console.error(reports.get(project) ?? '');
  console.log(`${PLANTS.length - missed.length} of ${PLANTS.length} planted violations refused`);
  return missed.length === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clear();
    process.exit(130);
  });
}
try {
  process.exitCode = run();
} finally {
  clear();
}
