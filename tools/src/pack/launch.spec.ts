/** The bundled programs: the command starts from the code of an earlier run, and a service keeps little in memory. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type * as HashWasm from 'hash-wasm';
import { bundle } from '../../dist/pack/bundle.js';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const room = mkdtempSync(join(tmpdir(), 'iwanto-launch-'));
const cache = join(room, 'cache/iwanto');
const stage = join(room, 'package');
const help = join(stage, 'apps/cli/dist/help.txt');

beforeAll(async () => {
  await bundle(workspace, stage);
  cpSync(join(workspace, 'apps/cli/bin'), join(stage, 'apps/cli/bin'), { recursive: true });
  const version = { name: 'iwanto', version: '1.2.3', type: 'module' };
  for (const app of ['cli', 'transfer']) {
    writeFileSync(join(stage, 'apps', app, 'package.json'), JSON.stringify(version));
  }
  symlinkSync(join(workspace, 'node_modules'), join(stage, 'node_modules'));
}, 60_000);
afterAll(() => rmSync(room, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(cache, { recursive: true, force: true });
  rmSync(help, { force: true });
});

/** What the bundled command answers. */
function iwanto(...words: string[]) {
  const env = {
    ...process.env,
    IWANT_HOME: join(room, 'home'),
    XDG_CACHE_HOME: join(room, 'cache'),
  };
  const program = join(stage, 'apps/cli/bin/iwanto.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** The files of the cache by the command that they belong to. */
const kept = () => readdirSync(cache).map((name) => /-(\w+)\.code$/.exec(name)?.[1] ?? name);
const fileOf = (command: string) =>
  join(cache, `${process.version}-${process.arch}-${command}.code`);

test('the code of a run is kept for the next, by command, for this user alone', () => {
  const first = iwanto('config', 'path');
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(kept()).toEqual(['config']);
  const { mode, ino, size } = statSync(fileOf('config'));
  expect(mode & 0o777).toBe(0o600);
  expect(size).toBeGreaterThan(100_000);
  expect(iwanto('config', 'path')).toEqual(first);
  expect(statSync(fileOf('config')).ino).toBe(ino);
});

test('what was mistyped is not kept, and what failed only until it succeeds', () => {
  expect(iwanto('serch', 'x').status).toBe(2);
  expect(iwanto('config', 'get', 'nothing').status).toBe(2);
  expect(() => kept()).toThrow('ENOENT');
  expect(iwanto('search', 'x').status).toBe(4);
  expect(iwanto('search', '--help').status).toBe(0);
  expect(kept().sort()).toEqual(['help', 'search']);
  const { ino } = statSync(fileOf('search'));
  iwanto('search', 'y');
  expect(statSync(fileOf('search')).ino).toBe(ino);
});

test('HOSTILE 195: code that is damaged, cut, or of another program is not run', () => {
  const right = iwanto('config', 'path');
  const good = readFileSync(fileOf('config'));
  const flipped = Buffer.from(good);
  flipped[good.length >> 1] = flipped[good.length >> 1]! ^ 1;
  for (const bad of [
    flipped,
    good.subarray(0, good.length >> 1),
    Buffer.alloc(0),
    Buffer.alloc(64),
  ]) {
    writeFileSync(fileOf('config'), bad);
    expect(iwanto('config', 'path')).toEqual(right);
    expect(readFileSync(fileOf('config')).subarray(0, 4)).toEqual(good.subarray(0, 4));
  }
  // An upgrade, to a program of the same size.
  const program = join(stage, 'apps/cli/dist/main.cjs');
  writeFileSync(program, readFileSync(program, 'utf8').replace('cannot be used', 'cannot be usED'));
  expect(iwanto('config', 'path')).toEqual(right);
  expect(readFileSync(fileOf('config')).subarray(0, 4)).not.toEqual(good.subarray(0, 4));
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)('HOSTILE 195: code that another user wrote is not run', () => {
  iwanto('config', 'path');
  chownSync(fileOf('config'), 1, 1);
  const { ino } = statSync(fileOf('config'));
  expect(iwanto('config', 'path').status).toBe(0);
  expect(statSync(fileOf('config'))).toMatchObject({ uid: 0 });
  expect(statSync(fileOf('config')).ino).not.toBe(ino);
});

test('without a place for the cache, and with --verbose, the command works without it', () => {
  rmSync(join(room, 'cache'), { recursive: true });
  writeFileSync(join(room, 'cache'), 'a file');
  try {
    expect(iwanto('config', 'path').status).toBe(0);
  } finally {
    rmSync(join(room, 'cache'), { force: true });
  }
  const { stderr } = iwanto('search', 'x', '--verbose');
  expect(stderr).toMatch(/at .*libs\/bus\/src\/ask\.ts/);
});

test('the help that was laid out before is printed where it fits, and only as an answer to --help', () => {
  const laidOut = iwanto('--help').stdout;
  expect(laidOut).toContain('search <name..>');
  writeFileSync(help, `laid out\n${laidOut}`);
  for (const word of ['--help', '-h', 'help']) {
    expect(iwanto(word)).toEqual({ status: 0, stdout: `laid out\n${laidOut}`, stderr: '' });
  }
  expect(iwanto('search', '--help').stdout).not.toContain('laid out');
  expect(iwanto().status).toBe(2);
});

test('what the bundle leaves apart is found: a service, and the live screen', () => {
  mkdirSync(join(room, 'home'), { recursive: true });
  writeFileSync(join(room, 'home/config.json'), '{ "share": 3 }', { mode: 0o600 });
  const { status, stderr } = iwanto('transfer');
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('share') });
  expect(statSync(join(stage, 'apps/cli/dist/top/screen.js')).isFile()).toBe(true);
  expect(readFileSync(join(stage, 'apps/cli/dist/main.cjs'), 'utf8')).not.toMatch(/\bimport\(/);
});

test('what starts services again holds nothing of the command line, of schemas or of sockets', () => {
  const text = readFileSync(join(stage, 'apps/cli/dist/supervisor.js'), 'latin1');
  expect(text).toMatch(/it starts again in/);
  expect(text).not.toMatch(/yargs|zod|zeromq|better-sqlite3/i);
  expect(text.length).toBeLessThan(30_000);
});

const SERVICES = ['election', 'indexer', 'transfer'];

test.each(SERVICES)(
  '%s looks at no module of Node.js as a whole, and is one byte a character',
  (name) => {
    const text = readFileSync(join(stage, 'apps', name, 'dist/main.js'), 'latin1');
    expect(text).not.toMatch(/from\s*["'](node:)?(http|crypto|fs|net)["']/);
    // V8 keeps a program with any other character in twice the memory.
    expect(text).not.toMatch(/[^\0-\x7f]/);
  },
);

test('packages that few runs need are found where the programs look for them', async () => {
  const load = createRequire(join(stage, 'apps/indexer/dist/main.js'));
  const { default: inLatin } = load('../../../apart/any-ascii.cjs') as { default: typeof String };
  expect(inLatin('Москва')).toBe('Moskva');
  const { createBLAKE3 } = load('../../../apart/hash-wasm.cjs') as typeof HashWasm;
  expect((await createBLAKE3()).init().update('').digest('hex')).toMatch(/^af1349b9f5f9a1a6/);
  const places = SERVICES.map((name) => `apps/${name}/dist/main.js`);
  for (const place of [
    ...places,
    'apps/indexer/dist/hashing/hash-file.js',
    'apps/cli/dist/main.cjs',
  ]) {
    const text = readFileSync(join(stage, place), 'utf8');
    for (const [path = ''] of text.matchAll(/[./]+\/apart\/[\w-]+\.cjs/g)) {
      expect(statSync(join(stage, place, '..', path)).isFile()).toBe(true);
    }
  }
});
