/** Mounts below a shared folder, and the effect of a dead or silent disk; in a mount namespace of its own. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, type PeerHost, apart, freePort, until, writeMade } from '@iwanto/peer';
import { DiskRoom, openDisk } from './disks.js';

const LIMIT_MS = 40_000;
/** A full scan comes only after five minutes: anything noticed sooner was noticed by other means. */
const NOTICED_MS = 20_000;

const root = await mkdtemp(join(tmpdir(), 'iwanto-mounts-'));
// Any will do; this one is served by a process that can be killed.
const disk = await openDisk('exfat', join(root, 'stick'));
if (!(disk instanceof DiskRoom)) process.stderr.write(`mounts.spec.ts is skipped: ${disk}\n`);
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('mounts.spec.ts skips a test: there is no python3\n');

const discoveryPort = await freePort();

async function newPeer(name: string, share: readonly string[], host?: PeerHost): Promise<Peer> {
  const peer = new Peer(join(root, name), host ? { host } : {});
  await mkdir(peer.home);
  await mkdir(`${peer.home}-got`);
  const config = { ...(await apart(discoveryPort)), share, downloadDir: `${peer.home}-got` };
  await writeFile(join(peer.home, 'config.json'), JSON.stringify(config));
  await peer.start();
  return peer;
}

/** The process that serves a mounted FUSE file system; undefined if the kernel does. */
async function daemonOf(dir: string): Promise<number | undefined> {
  for (const pid of await readdir('/proc')) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (words.includes('exfat-fuse') && words.split('\0').includes(dir)) return Number(pid);
  }
  return undefined;
}

(disk instanceof DiskRoom ? describe : describe.skip)('a shared folder', () => {
  const room = disk as DiskRoom;
  const files = join(root, 'files');
  let sharer: Peer;
  let other: Peer;

  beforeAll(async () => {
    await writeMade(join(files, 'inner', 'covered file.txt'), 1_000);
    await writeMade(join(files, 'mapped file.bin'), 3_000_000);
    await writeMade(room.path('on the stick.txt'), 2_000);
    sharer = await newPeer('sharer', [files, room.dir], room);
    other = await newPeer('other', []);
  }, 90_000);

  afterAll(async () => {
    for (const peer of [sharer, other]) {
      peer.kill();
      await peer.ended(LIMIT_MS);
    }
    room.close();
    await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }, 60_000);

  const isGone = (query: string) =>
    until(`the end of "${query}"`, NOTICED_MS, async () =>
      (await other.run('search', `"${query}"`)).code === 3 ? true : undefined,
    );

  test('shows what is mounted in it instead of what that covers, and that again afterwards', async () => {
    await other.find('covered file', 'covered file.txt', LIMIT_MS);
    const inner = join(files, 'inner');
    room.run('mount', '-t', 'tmpfs', 'none', inner);
    room.run('sh', '-c', 'echo mounted > "$0/mounted file.txt"', inner);
    await other.find('mounted file', 'mounted file.txt', NOTICED_MS);
    await isGone('covered file');
    room.run('sh', '-c', 'echo later > "$0/later file.txt"', inner);
    await other.find('later file', 'later file.txt', NOTICED_MS);
    room.run('umount', inner);
    await other.find('covered file', 'covered file.txt', NOTICED_MS);
    await isGone('mounted file');
  }, 150_000);

  (hasPython ? test : test.skip)(
    'hears of a write through a memory map from whoever fetches the file',
    async () => {
      const { hash } = await other.find('mapped file', 'mapped file.bin', LIMIT_MS);
      const program = `
import mmap, sys
with open(sys.argv[1], 'r+b') as file:
    with mmap.mmap(file.fileno(), 0) as map:
        map[5:9] = b'new!'
        map.flush()
`;
      room.run('python3', '-c', program, join(files, 'mapped file.bin'));
      await other.run('download', hash, '--wait', '5');
      const now = await until('the new content', NOTICED_MS, async () => {
        const found = await other.find('mapped file', 'mapped file.bin', LIMIT_MS);
        return found.hash === hash ? undefined : found;
      });
      const { path } = await other.download(now.hash, '--as', 'mapped now.bin');
      expect((await readFile(path)).subarray(5, 9).toString()).toBe('new!');
    },
    120_000,
  );

  test('that gives I/O errors keeps what was known of it, and is named', async () => {
    const known = await other.find('on the stick', 'on the stick.txt', LIMIT_MS);
    const daemon = await daemonOf(room.dir);
    if (daemon === undefined) return;
    process.kill(daemon, 'SIGKILL');
    expect((await sharer.run('rescan')).code).toBe(0);
    const shares = await sharer.json<{
      folders: { path: string; files: number; warning: string }[];
    }>('shares');
    const stick = shares.folders.find(({ path }) => path === room.dir);
    expect(stick).toMatchObject({ files: 1, warning: expect.stringContaining('cannot be shared') });
    const { stdout } = await sharer.run('log', 'indexer');
    expect(stdout).toContain(room.dir);
    expect(stdout).toMatch(/ENOTCONN/);
    expect((await other.find('on the stick', 'on the stick.txt', LIMIT_MS)).hash).toBe(known.hash);
  }, 90_000);
});
