// Builds everything, runs every jest of the workspace and the e2e specs, and prints one last line with the total.
// Words after `npm test --` go to every jest: `npm test -- -t "a few words"` runs only tests with these in their names.
// With `--only NAME,NAME` it runs just these projects, as they are built, under the Node.js that runs this file:
// `npm run` would put the one of the packages in front.
// Plain JavaScript on purpose: it must work in a clone where nothing has been built yet.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(workspace, 'tmp', 'jest');
const MINUTES_MAX = 15;
const ONLY = '--only';
const isOnly = process.argv[2] === ONLY;
/** The arguments that are passed to every jest, as jest.mjs reads them. */
const words = process.argv.slice(isOnly ? 4 : 2);
const isByName = words.some((word) => /^(-t|--testNamePattern)\b/.test(word));

/** Every project that has specs to run, with the target that runs them. */
function projects() {
  const { workspaces } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
  return workspaces
    .flatMap((pattern) => roomsOf(pattern))
    .map((room) => ({
      room,
      ...JSON.parse(readFileSync(join(workspace, room, 'package.json'), 'utf8')),
    }))
    .map(({ room, name, scripts }) => ({
      room,
      name,
      target: ['test', 'e2e'].find((target) => scripts[target]),
    }))
    .filter(({ target }) => target !== undefined);
}

function roomsOf(pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const folder = pattern.slice(0, -2);
  return readdirSync(join(workspace, folder))
    .map((name) => join(folder, name))
    .filter((room) => existsSync(join(workspace, room, 'package.json')));
}

/** Runs the jest of each project in its folder; true when all of them ended well. */
function jestIn(rooms) {
  const runs = rooms.map(({ room }) =>
    spawnSync(process.execPath, [join(workspace, 'tools', 'jest.mjs'), ...words], {
      cwd: join(workspace, room),
      stdio: 'inherit',
      timeout: MINUTES_MAX * 60_000,
    }),
  );
  return runs.every(({ status }) => status === 0);
}

function nx(...task) {
  const run = spawnSync(
    process.execPath,
    [join(workspace, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), ...task],
    {
      cwd: workspace,
      stdio: 'inherit',
      timeout: MINUTES_MAX * 60_000,
      env: {
        ...process.env,
        JEST_WORDS: JSON.stringify(words),
        NX_TUI: 'false',
        NX_DAEMON: process.env.NX_DAEMON ?? 'false',
      },
    },
  );
  if (run.error) console.error(`nx ${task.join(' ')}: ${run.error.message}`);
  return run.status === 0;
}

/** What one project's jest counted; a project without a result counts as one failure. */
function tally({ name, target }) {
  const file = join(results, `${name}.json`);
  if (!existsSync(file)) {
    console.error(`${name}: its ${target} target left no result in ${file}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: counts.numPassedTests,
    failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites,
    // With a pattern for names, jest counts all other tests as pending.
    skipped: isByName ? 0 : counts.numPendingTests,
  };
}

/** Every project, with nx; or those of `--only`, without it. */
function runAll() {
  if (!nx('run-many', '-t', 'build')) {
    console.error('The build failed: no test was run.');
    return { ran: [], isWhole: false };
  }
  // A result of other arguments must not come from the cache.
  const fresh = words.length > 0 ? ['--skip-nx-cache'] : [];
  const whole = [
    nx('run-many', '-t', 'test', '--parallel=2', ...fresh),
    nx('run-many', '-t', 'e2e', '--parallel=1', ...fresh),
  ];
  return { ran: projects(), isWhole: whole.every(Boolean) };
}

function runOnly(names) {
  const ran = projects().filter(({ name }) => names.includes(name.replace('@iwanto/', '')));
  if (ran.length < names.length)
    console.error(`Not all of these are projects: ${names.join(', ')}`);
  return { ran, isWhole: jestIn(ran) && ran.length === names.length };
}

function run() {
  if (!existsSync(join(workspace, 'node_modules', '.package-lock.json'))) {
    console.error('The packages are not installed: run "npm ci" first.');
    return { passed: 0, failed: 1, skipped: 0 };
  }
  rmSync(results, { recursive: true, force: true });
  mkdirSync(join(results, '@iwanto'), { recursive: true });
  const { ran, isWhole } = isOnly ? runOnly((process.argv[3] ?? '').split(',')) : runAll();
  const sum = ran.map(tally).reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
  // A runner that fails although every test passed (an open handle, a crash at exit) is a failure too.
  return isWhole || sum.failed > 0 ? sum : { ...sum, failed: 1 };
}

const { passed, failed, skipped } = run();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
