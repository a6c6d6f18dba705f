/**
 * `npm run pack`: makes dist/iwanto-VERSION.tgz, the one package that `npm install -g` takes.
 * With `--version X.Y.Z` it gets another version, to try an upgrade; with `--out DIR` it goes elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NATIVE, bundle } from './pack/bundle.js';
import { licencesOf } from './pack/licences.js';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));

/** Rooms that become part of the package; each keeps its name and version, which its program reads. */
const ROOMS = ['apps/cli', 'apps/election', 'apps/indexer', 'apps/transfer'];

/** Copied unchanged. */
const AS_THEY_ARE = [
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'apps/cli/bin',
  'tools/pm2',
  'tools/systemd',
];

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Record<string, string>;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const writeJson = (path: string, value: unknown): void =>
  write(path, `${JSON.stringify(value, null, 2)}\n`);

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The native packages in the very versions that were tested here. */
function nativeDependencies(): Record<string, string> {
  return Object.fromEntries(
    NATIVE.filter((name) => name !== 'msgpackr-extract').map((name) => [name, versionOf(name)]),
  );
}

const versionOf = (name: string): string =>
  readJson<PackageFile>(join(WORKSPACE, 'node_modules', name, 'package.json')).version;

function packageFile(version: string): object {
  const { engines } = readJson<PackageFile>(join(WORKSPACE, 'apps/cli/package.json'));
  const { description, license } = readJson<PackageFile>(join(WORKSPACE, 'package.json'));
  return {
    name: 'iwanto',
    version,
    description,
    license,
    type: 'module',
    engines,
    bin: { iwanto: 'apps/cli/bin/iwanto.js' },
    man: ['man/iwanto.1'],
    dependencies: nativeDependencies(),
    // It only makes decoding faster; without a binary nothing is missing.
    optionalDependencies: { 'msgpackr-extract': versionOf('msgpackr-extract') },
  };
}

async function fill(stage: string, version: string): Promise<void> {
  const inputs = await bundle(WORKSPACE, stage);
  for (const path of AS_THEY_ARE)
    cpSync(join(WORKSPACE, path), join(stage, path), { recursive: true });
  for (const room of ROOMS) {
    const { name } = readJson<PackageFile>(join(WORKSPACE, room, 'package.json'));
    writeJson(join(stage, room, 'package.json'), { name, version, private: true, type: 'module' });
  }
  writeJson(join(stage, 'package.json'), packageFile(version));
  write(join(stage, 'THIRD-PARTY-LICENSES.txt'), licencesOf(WORKSPACE, inputs));
  write(join(stage, 'apps/cli/dist/help.txt'), printed('--help'));
  write(join(stage, 'man/iwanto.1'), printed('man'));
  for (const [shell, file] of [
    ['bash', 'iwanto.bash'],
    ['zsh', '_iwanto'],
    ['fish', 'iwanto.fish'],
  ] as const) {
    write(join(stage, 'completions', file), printed('completion', shell));
  }
}

/** What the built command prints. */
function printed(...words: string[]): string {
  return run(process.execPath, [join(WORKSPACE, 'apps/cli/bin/iwanto.js'), ...words]);
}

function run(program: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.join(' ')} failed: ${error?.message ?? stderr}`);
}

const { values } = parseArgs({ options: { version: { type: 'string' }, out: { type: 'string' } } });
const version =
  values.version ?? readJson<PackageFile>(join(WORKSPACE, 'apps/cli/package.json')).version;
const out = values.out ?? join(WORKSPACE, 'dist');
if (!existsSync(join(WORKSPACE, 'apps/cli/dist/main.js'))) {
  throw new Error('The programs are not built: run "npm run pack", which builds them first.');
}
const stage = mkdtempSync(join(tmpdir(), 'iwanto-pack-'));
try {
  await fill(stage, version);
  mkdirSync(out, { recursive: true });
  run('npm', ['pack', stage, '--pack-destination', out, '--ignore-scripts', '--silent']);
  console.log(join(out, `iwanto-${version}.tgz`));
} finally {
  rmSync(stage, { recursive: true, force: true });
}
