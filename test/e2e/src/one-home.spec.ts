/** One home, one instance: whatever the environment says, in containers, with vanished sockets, folders and users. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PROGRAM, Peer, type PeerHost, apart, freePort, until } from '@iwanto/peer';

const LIMIT_MS = 20_000;
/** A user that no password file knows. */
const NOBODY_KNOWN = 54_321;
/** That user can run the program only if all can read the checkout, which lies in a private home at times. */
const isReadByOthers =
  spawnSync('test', ['-r', PROGRAM], { uid: NOBODY_KNOWN, gid: NOBODY_KNOWN }).status === 0;
const testAsOther = isReadByOthers ? test : test.skip;
if (!isReadByOthers)
  process.stderr.write(`one-home.spec.ts skips a test: other users cannot read ${PROGRAM}\n`);

let root: string;
let peers: Peer[];
/** A HOME whose configuration keeps its peer on the loopback interface. */
let home: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'iwanto-home-'));
  await chmod(root, 0o755);
  home = join(root, 'h');
  peers = [];
  await configure(join(home, '.config', 'iwanto'));
});

afterEach(async () => {
  for (const peer of peers) peer.kill();
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

async function configure(dir: string): Promise<void> {
  for (const folder of [dir, join(root, 'files'), join(root, 'fetched')]) {
    await mkdir(folder, { recursive: true });
  }
  const config = {
    ...(await apart(await freePort())),
    share: [join(root, 'files')],
    downloadDir: join(root, 'fetched'),
  };
  await writeFile(join(dir, 'config.json'), JSON.stringify(config));
}

/** A peer, or a command to one, whose home follows from HOME alone. */
function inHome(env: NodeJS.ProcessEnv): Peer {
  const none = { IWANT_HOME: '', XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', XDG_STATE_HOME: '' };
  const peer = new Peer(home, { env: { ...none, HOME: home, ...env } });
  peers.push(peer);
  return peer;
}

const runtime = (name: string) => ({
  XDG_RUNTIME_DIR: join(root, name),
  TMPDIR: join(root, `${name}-tmp`),
});

describe('commands with another runtime directory than the services', () => {
  test('find them, refuse a second start with the number of the first, and stop them', async () => {
    const [one, two] = [inHome(runtime('r1')), inHome(runtime('r2'))];
    await one.start();
    const status = await two.status();
    expect(status.services).toEqual({ election: 'ready', indexer: 'ready', transfer: 'ready' });
    const again = await two.run('start');
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/process \d+.*stop/)]);
    for (const service of ['election', 'indexer', 'transfer'] as const) {
      const { pid } = status.details.find((detail) => detail.service === service) ?? { pid: 0 };
      const alone = await two.run(service);
      expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining(`process ${pid}`)]);
    }
    expect((await two.run('stop')).code).toBe(0);
    expect(await one.ended(LIMIT_MS)).toBe(0);
    expect((await one.run('stop')).code).toBe(4);
  }, 90_000);

  test('find them again after their sockets were deleted', async () => {
    const one = inHome(runtime('r1'));
    await one.start();
    const run = join(home, '.local', 'share', 'iwanto', 'run');
    expect(await readdir(run)).toHaveLength(6);
    await rm(run, { recursive: true });
    await until('answers of all services', LIMIT_MS, async () => {
      const { services } = await one.status();
      return Object.values(services).every((state) => state === 'ready') ? true : undefined;
    });
    expect((await one.run('stop')).code).toBe(0);
  }, 60_000);
});

describe('stop', () => {
  test('ends services whose sockets have just been deleted', async () => {
    const one = inHome(runtime('r1'));
    await one.start();
    await rm(join(home, '.local', 'share', 'iwanto', 'run'), { recursive: true });
    expect((await one.run('stop')).code).toBe(0);
    expect(await one.ended(1_000)).toBe(0);
  }, 60_000);

  test('does not say 0 while a process of the home is still there', async () => {
    const one = inHome(runtime('r1'));
    const child = one.spawn(['transfer']);
    await until('the transfer service', LIMIT_MS, async () =>
      (await one.status()).services.transfer === 'ready' ? true : undefined,
    );
    child.kill('SIGSTOP');
    const { code, stderr } = await one.run('stop');
    expect([code, stderr]).toEqual([4, expect.stringContaining(`process ${child.pid}`)]);
    child.kill('SIGCONT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect((await one.run('stop')).code).toBe(4);
  }, 60_000);
});

describe('environments', () => {
  test.each(['', 'relative'])(
    'HOME=%j and relative XDG variables: absolute paths only',
    async (HOME) => {
      const names = ['CONFIG_HOME', 'DATA_HOME', 'STATE_HOME', 'RUNTIME_DIR'];
      const relative = Object.fromEntries(names.map((name) => [`XDG_${name}`, 'relative/dir']));
      const peer = new Peer(home, { env: { HOME, ...relative } });
      await configure(home);
      peers.push(peer);
      await peer.start();
      expect((await peer.status()).services.indexer).toBe('ready');
      expect(await readFile(join(home, 'config.json'), 'utf8')).not.toContain('relative');
      expect((await peer.run('stop')).code).toBe(0);
    },
    60_000,
  );

  testAsOther(
    'a user without a password entry starts, also where HOME cannot be written',
    async () => {
      const peer = asUnknownUser(join(root, 'volume'));
      peers.push(peer);
      await configure(peer.home);
      for (const path of [peer.home, join(root, 'files'), join(root, 'fetched')]) {
        await chown(path, NOBODY_KNOWN, NOBODY_KNOWN);
      }
      await chown(join(peer.home, 'config.json'), NOBODY_KNOWN, NOBODY_KNOWN);
      await peer.start();
      expect((await peer.status()).services.election).toBe('ready');
      expect((await peer.run('stop')).code).toBe(0);
      for (const env of [{ HOME: '/' }, { HOME: '' }]) {
        const { code, stderr } = await ended(
          peer.spawn(['start'], { env: { ...env, IWANT_HOME: '' } }),
        );
        expect([code, stderr]).toEqual([2, expect.stringContaining('IWANT_HOME')]);
        expect(stderr.trim().split('\n')).toHaveLength(1);
      }
    },
    60_000,
  );

  test('a current folder that was deleted', async () => {
    const one = inHome(runtime('r1'));
    const run = (words: string) =>
      spawnSync(
        'sh',
        ['-c', `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" ${words}`].concat(
          process.execPath,
          PROGRAM,
        ),
        {
          cwd: root,
          env: { ...process.env, HOME: home, IWANT_HOME: '' },
          encoding: 'utf8',
          timeout: LIMIT_MS,
        },
      );
    expect(run('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\./) });
    expect(run('share folder')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('current folder was deleted'),
    });
    await one.start();
    expect(run('status').status).toBe(0);
    expect(run('stop').status).toBe(0);
  }, 60_000);

  test('256 open files are enough, 64 are refused with the remedy', async () => {
    const few = withFewFiles(join(root, 'few'), 256);
    peers.push(few);
    await configure(few.home);
    await few.start();
    expect(few.said.join('\n')).toContain('only 256 files');
    expect((await few.run('stop')).code).toBe(0);
    const { code, stderr } = await ended(withFewFiles(few.home, 64).spawn(['start']));
    expect([code, stderr]).toEqual([2, expect.stringContaining('ulimit -n')]);
  }, 60_000);
});

async function ended(child: ChildProcess) {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

/** A host on which every program is started by another one. */
function through(starter: string, ...before: string[]): PeerHost {
  return {
    spawn: (program, words, options) => spawn(starter, [...before, program, ...words], options),
  };
}

/** Nothing that a user without an entry would not have. */
const BARE = { HOME: undefined, XDG_RUNTIME_DIR: undefined };

function asUnknownUser(of: string): Peer {
  const ids = [`--reuid=${NOBODY_KNOWN}`, `--regid=${NOBODY_KNOWN}`, '--clear-groups'];
  return new Peer(of, { host: through('setpriv', ...ids), env: BARE });
}

const withFewFiles = (of: string, limit: number) =>
  new Peer(of, { host: through('/bin/sh', '-c', `ulimit -n ${limit}; exec "$0" "$@"`) });
