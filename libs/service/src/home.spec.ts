import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeDir } from '@iwanto/bus';
import { FAILURE_CODES, type FailureCode, type PublicKey } from '@iwanto/wire';
import {
  defaultConfig,
  explainConfig,
  loadConfig,
  readConfig,
  setConfig,
  updateConfig,
} from './config.js';
import { dataFile } from './data-files.js';
import { exitCodeOf } from './exit-codes.js';
import { isWithin, refuseOverlap } from './folders.js';
import { loadIdentity, peerOfSignKey, verifySignature } from './identity.js';
import { listenAddresses, refuseUnknownInterfaces } from './interfaces.js';
import { claimHome, holdersOf } from './home.js';
import { descriptorLimit, descriptorWarning } from './descriptors.js';
import { takeLock } from './lock.js';
import { type Paths, homePaths, lockFile } from './paths.js';
import { makePrivateDir } from './private-dir.js';
import { createSafely, writeSafely } from './safe-file.js';

let home: string;
let paths: Paths;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-home-'));
  paths = homePaths({ IWANT_HOME: home });
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('paths', () => {
  test('IWANT_HOME puts everything of one peer under it', () => {
    const { runDirs, ...fixed } = paths;
    expect(runDirs[0]).toBe(paths.runDir);
    for (const path of Object.values(fixed)) expect(isWithin(home, path)).toBe(true);
  });

  test('without it the XDG directories serve, and sockets lie with the data', () => {
    const system = homePaths({ HOME: '/h', XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/run/user/7' });
    expect(system).toMatchObject({
      configFile: '/h/.config/iwanto/config.json',
      dataDir: '/d/iwanto',
      runDir: '/d/iwanto/run',
    });
  });

  test.each(['', 'relative/home'])('HOME=%j and relative XDG variables are ignored', (HOME) => {
    const names = ['CONFIG_HOME', 'DATA_HOME', 'STATE_HOME', 'RUNTIME_DIR'];
    const env = Object.fromEntries(names.map((name) => [`XDG_${name}`, 'relative/dir']));
    const { runDirs, ...system } = homePaths({ HOME, ...env });
    for (const path of [...Object.values(system), ...runDirs]) expect(path).toMatch(/^\//);
  });

  test('the sockets lie where a living process of the home says, else where they would now', async () => {
    const other = join(home, 'other');
    const lock = await takeLock(lockFile(paths, 'indexer'), 'The indexer service', other);
    expect(homePaths({ IWANT_HOME: home, RUNTIME_DIRECTORY: '/run/x' }).runDir).toBe(other);
    await lock.release();
    expect(homePaths({ IWANT_HOME: home, RUNTIME_DIRECTORY: '/run/x' }).runDir).toBe('/run/x');
  });

  test('HOSTILE 22: a home too deep for a socket path gets a short run directory', () => {
    const deep = homePaths({ IWANT_HOME: `/${'long/'.repeat(30)}` });
    expect(`${deep.runDir}/transfer.verbs`.length).toBeLessThanOrEqual(107);
  });
});

describe('the configuration', () => {
  test('is made at the first start, with its folders', async () => {
    const { config } = await loadConfig(paths);
    expect((await stat(config.share[0] ?? '')).isDirectory()).toBe(true);
    expect((await stat(config.downloadDir)).isDirectory()).toBe(true);
    const text = await readFile(paths.configFile, 'utf8');
    await loadConfig(paths);
    expect(await readFile(paths.configFile, 'utf8')).toBe(text);
  });

  test('reading it makes nothing', async () => {
    const { config } = await readConfig(paths, { IWANT_NAME: 'studio' });
    expect(config).toEqual({ ...defaultConfig(paths), name: 'studio' });
    await expect(stat(paths.configFile)).rejects.toThrow('ENOENT');
    await expect(stat(config.downloadDir)).rejects.toThrow('ENOENT');
  });

  test('creates the default folders of a file that names none', async () => {
    await writeFile(paths.configFile, '{ "name": "studio" }');
    const { config } = await loadConfig(paths);
    for (const folder of [...config.share, config.downloadDir])
      expect((await stat(folder)).isDirectory()).toBe(true);
  });

  test('creates no folder that the file names, and none that downloads went to before', async () => {
    const unplugged = join(home, 'unplugged');
    await writeFile(paths.configFile, JSON.stringify({ share: [unplugged] }));
    await makeDir(paths.dataDir);
    await writeFile(dataFile(paths, 'transfers'), '');
    const { config } = await loadConfig(paths);
    for (const folder of [unplugged, config.downloadDir])
      await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  test('a start with a folder of the environment leaves the default one to a start without it', async () => {
    const film = join(home, 'films');
    await loadConfig(paths, { IWANT_SHARE: film });
    await expect(stat(paths.defaultShareDir)).rejects.toThrow('ENOENT');
    const { config } = await loadConfig(paths, {});
    expect(config.share).toEqual([paths.defaultShareDir]);
    expect((await stat(paths.defaultShareDir)).isDirectory()).toBe(true);
  });

  test('HOSTILE 89: names the file and the key that is wrong, and leaves the file alone', async () => {
    const text = '{"ports": {"indexer": "many"}}';
    await writeFile(paths.configFile, text);
    await expect(loadConfig(paths)).rejects.toMatchObject({
      code: 'E_BAD_REQUEST',
      sentence: expect.stringContaining('ports.indexer'),
    });
    await expect(updateConfig(paths, (config) => config)).rejects.toThrow('ports.indexer');
    expect(await readFile(paths.configFile, 'utf8')).toBe(text);
  });

  test.each(['', '{', '[1', 'null', '"text"'])('HOSTILE 89: refuses %j', async (text) => {
    await writeFile(paths.configFile, text);
    await expect(loadConfig(paths)).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
  });

  test('HOSTILE 89: takes a byte order mark and CRLF, warns of unknown keys', async () => {
    await writeFile(paths.configFile, '\uFEFF{\r\n"logLevel": "debug",\r\n"colour": 1}');
    const { config, warnings } = await loadConfig(paths);
    expect(config.logLevel).toBe('debug');
    expect(warnings).toEqual([expect.stringContaining('"colour"')]);
  });

  test('names the line of what is wrong, and the key that was probably meant', async () => {
    await writeFile(
      paths.configFile,
      '{\n "ports": {\n  "election": 5,\n  "indxer": 6 },\n "x": [{"y": 1}]\n}',
    );
    const { warnings } = await loadConfig(paths);
    expect(warnings).toEqual([
      expect.stringMatching(/"ports.indxer" \(line 4\); did you mean "ports.indexer"\?$/),
      expect.stringMatching(/"x" \(line 5\)\.$/),
    ]);
    await writeFile(paths.configFile, '{\n "share": [\n  "/a",\n  "b"\n ]\n}');
    await expect(loadConfig(paths)).rejects.toThrow(
      /"share\.1" \(line 4\): a path must be absolute/,
    );
  });

  test('the environment goes before the file, the file before the default; a change writes the file alone', async () => {
    await writeFile(paths.configFile, '{ "settleMs": 5, "logLevel": "warn", "mine": 1 }');
    const env = {
      IWANT_SETTLE_MS: '7',
      IWANT_PORTS_INDEXER: '99',
      IWANT_PEERS: 'a:1,[fe80::1]:2,b',
    };
    const { config } = await loadConfig(paths, env);
    expect(config).toMatchObject({
      settleMs: 7,
      logLevel: 'warn',
      ports: { election: 17_117, indexer: 99 },
      peers: [
        { host: 'a', port: 1 },
        { host: 'fe80::1', port: 2 },
        { host: 'b', port: 17_117 },
      ],
    });
    const origins = await explainConfig(paths, env);
    const of = (key: string) => origins.find((one) => one.key === key);
    expect(of('settleMs')).toMatchObject({ source: 'environment', origin: 'IWANT_SETTLE_MS' });
    expect(of('logLevel')).toMatchObject({ source: 'file', origin: `${paths.configFile}:1` });
    expect(of('share')).toMatchObject({ source: 'default', origin: '' });
    await setConfig(paths, 'ports.transfer', 3);
    await setConfig(paths, 'settleMs', undefined);
    const text = await readFile(paths.configFile, 'utf8');
    expect(JSON.parse(text)).toEqual({ logLevel: 'warn', mine: 1, ports: { transfer: 3 } });
    // The file is as good as before: nobody is advised to delete it.
    const refused = setConfig(paths, 'settleMs', 'soon');
    await expect(refused).rejects.toThrow(/^"settleMs" was not changed: .*number/);
    expect(await readFile(paths.configFile, 'utf8')).toBe(text);
    const wrong = loadConfig(paths, { IWANT_LOG_LEVEL: 'loud' });
    await expect(wrong).rejects.toThrow('IWANT_LOG_LEVEL in the environment');
  });

  test('HOSTILE 90: warns of a configuration that others may change', async () => {
    await loadConfig(paths);
    await chmod(paths.configFile, 0o666);
    const { warnings } = await loadConfig(paths);
    expect(warnings).toEqual([expect.stringContaining('chmod go-w')]);
  });

  test('HOSTILE 91: the configuration before the last change is kept', async () => {
    await loadConfig(paths);
    const before = await readFile(paths.configFile, 'utf8');
    await updateConfig(paths, (config) => ({ ...config, logLevel: 'debug' }));
    expect(await readFile(`${paths.configFile}.bak`, 'utf8')).toBe(before);
  });

  test('HOSTILE 91: changes made at once are all kept, and no temporary file stays', async () => {
    await loadConfig(paths);
    const hosts = Array.from({ length: 8 }, (_, at) => `host-${at}`);
    await Promise.all(
      hosts.map((host) =>
        updateConfig(paths, (config) => ({
          ...config,
          peers: [...config.peers, { host, port: 1 }],
        })),
      ),
    );
    const { config } = await loadConfig(paths);
    expect(config.peers.map((peer) => peer.host).sort()).toEqual(hosts);
    expect((await readdir(home)).filter((name) => /tmp|stale|lock/.test(name))).toEqual([]);
  });
});

describe('the identity', () => {
  test('is made once, also when three services start together', async () => {
    const three = await Promise.all([1, 2, 3].map(() => loadIdentity(paths)));
    expect(new Set(three.map((identity) => identity.peer)).size).toBe(1);
    expect((await stat(paths.keysFile)).mode & 0o777).toBe(0o600);
  });

  test('signs what others can verify, and nothing else verifies', async () => {
    const { sign, signKey, peer } = await loadIdentity(paths);
    const bytes = Buffer.from('announcement');
    const signature = sign(bytes);
    expect(signature).toHaveLength(64);
    expect(peerOfSignKey(signKey)).toBe(peer);
    expect(verifySignature(signKey, bytes, signature)).toBe(true);
    expect(verifySignature(signKey, Buffer.from('Announcement'), signature)).toBe(false);
    expect(verifySignature('00' as PublicKey, bytes, Buffer.alloc(3))).toBe(false);
  });

  test('keys of a newer program are refused with a sentence, and stay', async () => {
    const newer = '{"version": 2, "sign": "in a way nobody knows yet"}';
    await writeFile(paths.keysFile, newer, { mode: 0o600 });
    await expect(loadIdentity(paths)).rejects.toThrow(
      /written by a newer iwanto \(format 2, this one knows 1\)/,
    );
    expect(await readFile(paths.keysFile, 'utf8')).toBe(newer);
  });

  test('HOSTILE 90: refuses keys that others may read, and damaged ones', async () => {
    await loadIdentity(paths);
    await chmod(paths.keysFile, 0o644);
    await expect(loadIdentity(paths)).rejects.toThrow('chmod 600');
    await chmod(paths.keysFile, 0o600);
    await writeFile(paths.keysFile, '{}');
    await expect(loadIdentity(paths)).rejects.toThrow('damaged');
  });
});

describe('the lock', () => {
  test('HOSTILE 23: a second process is refused while the first lives', async () => {
    const path = join(home, 'x.lock');
    const lock = await takeLock(path, 'The x service');
    await expect(takeLock(path, 'The x service')).rejects.toMatchObject({
      code: 'E_ALREADY_RUNNING',
      sentence: expect.stringContaining(String(process.pid)),
    });
    await lock.release();
    await (await takeLock(path, 'The x service')).release();
  });

  test.each([
    ['of a dead process', JSON.stringify({ pid: 2 ** 22 - 1, started: '1' })],
    ['of another process with the same pid', JSON.stringify({ pid: process.pid, started: '1' })],
    ['that is damaged', 'not json'],
  ])('HOSTILE 24: takes over a lock %s', async (_, text) => {
    const path = join(home, 'x.lock');
    await writeFile(path, text);
    const lock = await takeLock(path, 'The x service');
    await lock.release();
    expect(await readdir(home)).toEqual([]);
  });
});

describe('a home', () => {
  test('is claimed once, whatever the environment says of runtime directories', async () => {
    const first = await claimHome(paths, 'indexer');
    const elsewhere = homePaths({ IWANT_HOME: home, RUNTIME_DIRECTORY: join(home, 'r2') });
    await expect(claimHome(elsewhere, 'indexer')).rejects.toMatchObject({
      code: 'E_ALREADY_RUNNING',
      sentence: expect.stringContaining(String(process.pid)),
    });
    const beside = await claimHome(elsewhere, 'transfer');
    expect(beside.paths.runDir).toBe(first.paths.runDir);
    expect(holdersOf(paths).map(({ name }) => name)).toEqual(['indexer', 'transfer']);
    await Promise.all([first, beside].map(({ lock }) => lock.release()));
    expect(holdersOf(paths)).toEqual([]);
  });

  test('is not claimed while a process that cannot be seen answers at its socket', async () => {
    const socket = join(home, 'election.verbs');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    await mkdir(paths.dataDir);
    const unseen = { pid: 2 ** 22 - 1, started: '1', runDir: home };
    await writeFile(lockFile(paths, 'election'), JSON.stringify(unseen));
    await expect(claimHome(paths, 'election')).rejects.toThrow('another container');
    server.close();
    await once(server, 'close');
    await (await claimHome(paths, 'election')).lock.release();
  });
});

test.each(['start', 'transfer'] as const)(
  'HOSTILE 23: %s is refused while a service answers whose lock somebody removed',
  async (name) => {
    const first = await claimHome(paths, 'transfer');
    const server = createServer().listen(join(first.paths.runDir, 'transfer.verbs'));
    await once(server, 'listening');
    await rm(lockFile(paths, 'transfer'));
    await expect(claimHome(paths, name)).rejects.toMatchObject({
      code: 'E_ALREADY_RUNNING',
      sentence: expect.stringContaining('iwanto stop'),
    });
    server.close();
    await once(server, 'close');
    await (await claimHome(paths, name)).lock.release();
  },
);

test('few open files are warned of, too few are refused, both with the remedy', async () => {
  const limits = join(home, 'limits');
  await writeFile(
    limits,
    'Limit Soft Hard Units\nMax open files            256      256      files\n',
  );
  expect(descriptorLimit(limits)).toBe(256);
  expect(descriptorLimit(join(home, 'absent'))).toBe(Infinity);
  expect(descriptorWarning(Infinity)).toBeUndefined();
  expect(descriptorWarning(256)).toMatch(/256 files.*LimitNOFILE/);
  expect(() => descriptorWarning(64)).toThrow('ulimit -n');
});

describe('files and folders', () => {
  test('a file is replaced as a whole and created only once', async () => {
    const path = join(home, 'deep', 'file');
    expect(await createSafely(path, 'first')).toBe(true);
    expect(await createSafely(path, 'second')).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('first');
    await writeSafely(path, 'third');
    expect(await readFile(path, 'utf8')).toBe('third');
    expect(await readdir(join(home, 'deep'))).toEqual(['file']);
  });

  test('HOSTILE 25: refuses a link planted where the run directory should be', async () => {
    await mkdir(join(home, 'elsewhere'));
    await symlink(join(home, 'elsewhere'), join(home, 'run'));
    await expect(makePrivateDir(join(home, 'run'))).rejects.toMatchObject({ code: 'E_BAD_PATH' });
  });

  test('HOSTILE 74: share and download folder may not overlap, links looked through', async () => {
    const [a, b] = [join(home, 'a'), join(home, 'b')];
    await mkdir(a);
    await symlink(a, join(home, 'link'));
    await expect(refuseOverlap([a], b)).resolves.toBeUndefined();
    for (const [share, download] of [
      [a, a],
      [a, join(a, 'in', 'it')],
      [join(a, 'in'), a],
      [a, join(home, 'link', 'x')],
    ] as const) {
      await expect(refuseOverlap([share], download)).rejects.toMatchObject({ code: 'E_BAD_PATH' });
    }
    await expect(refuseOverlap([a], `${a}-more`)).resolves.toBeUndefined();
  });
});

test('only named interfaces are listened on, and an unknown one is named', () => {
  expect(listenAddresses([])).toEqual(['*']);
  expect(listenAddresses(['lo'])).toContain('127.0.0.1');
  expect(listenAddresses(['nope0'])).toEqual([]);
  expect(() => refuseUnknownInterfaces(['lo', 'nope0'])).toThrow('"nope0"');
  refuseUnknownInterfaces(['lo']);
});

test('every failure has an exit code', () => {
  for (const code of Object.keys(FAILURE_CODES) as FailureCode[]) {
    expect(exitCodeOf(code)).toBeGreaterThan(0);
  }
});
