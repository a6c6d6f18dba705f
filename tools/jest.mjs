// Runs the jest of the project in the current folder; results go to tmp/jest, for the sum at the end of `npm test`.
// Root may read and write everything, whatever the modes of files say. So that tests of unreadable files mean
// something there too, they run without that capability; `--keep-rights` keeps it for tests that need full root.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
const KEEP = '--keep-rights';
const passedOn = JSON.parse(process.env.JEST_WORDS ?? '[]');
const given = [...process.argv.slice(2).filter((word) => word !== KEEP), ...passedOn];

const jest = [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  join(workspace, 'node_modules', 'jest', 'bin', 'jest.js'),
  ...['--config', join(workspace, 'jest.config.mjs'), '--rootDir', '.', '--passWithNoTests'],
  ...['--json', `--outputFile=${join(workspace, 'tmp', 'jest', `${name}.json`)}`, ...given],
];

const isRoot = process.getuid?.() === 0 && !process.argv.includes(KEEP);
const canDrop = isRoot && spawnSync('setpriv', ['--version']).status === 0;
const [program, words] = canDrop
  ? ['setpriv', ['--bounding-set', '-dac_override,-dac_read_search', process.execPath, ...jest]]
  : [process.execPath, jest];
const env = { ...process.env, ...(canDrop && { JEST_RIGHTS: 'dropped' }) };
process.exitCode = spawnSync(program, words, { stdio: 'inherit', env }).status ?? 1;
