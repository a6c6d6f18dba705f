/** Real USB sticks: exFAT, FAT and NTFS as targets and as sources. What cannot be mounted here is reported and skipped. */
import { spawn } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  statfs,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Peer, type PeerHost, apart, freePort, until, writeMade } from '@iwanto/peer';
import { type DiskKind, DiskRoom, openDisk } from './disks.js';

const LIMIT_MS = 40_000;
/** More pieces than one, so that the file travels by itself. */
const FILM_BYTES = 2 * 1_048_576 + 7;

/** Blocks of 512 bytes: less than the film has, and enough for the databases. */
const LIMIT_BLOCKS = 4_096;

const TWIN_BYTES = 32 * 1_048_576;

const STICKS: readonly DiskKind[] = ['exfat', 'ntfs', 'vfat'];
const disks = new Map<DiskKind, DiskRoom>();
const root = await mkdtemp(join(tmpdir(), 'iwanto-disks-'));
for (const kind of [...STICKS, 'btrfs', 'xfs'] as const) {
  const disk = await openDisk(kind, join(root, kind));
  if (disk instanceof DiskRoom) disks.set(kind, disk);
  else process.stderr.write(`disks.spec.ts skips a disk: ${disk}\n`);
}

const discoveryPort = await freePort();
const peers: Peer[] = [];

async function newPeer(name: string, share: readonly string[], host?: PeerHost): Promise<Peer> {
  const home = join(root, name);
  const peer = new Peer(home, host ? { host } : {});
  await mkdir(home);
  await mkdir(join(root, `${name}-got`));
  const downloadDir = join(root, `${name}-got`);
  const config = { ...(await apart(discoveryPort)), share, downloadDir };
  await writeFile(join(home, 'config.json'), JSON.stringify(config));
  peers.push(peer);
  await peer.start();
  return peer;
}

const stop = async (peer: Peer) => {
  peer.kill();
  await peer.ended(LIMIT_MS);
};

/** The free space once everything has been written. */
async function freeBytes(disk: DiskRoom): Promise<number> {
  disk.run('sync', '--file-system', disk.dir);
  const { bavail, bsize } = await statfs(disk.path());
  return bavail * bsize;
}

let seed: Peer;

beforeAll(async () => {
  const album = join(root, 'files', 'album');
  await writeMade(join(album, 'film.bin'), FILM_BYTES);
  await writeMade(join(album, 'sub', 'song.mp3'), 20_001);
  await utimes(join(album, 'sub', 'song.mp3'), 483_167_105, 483_167_105);
  await writeFile(join(album, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(album, 'run.sh'), 0o755);
  await mkdir(join(album, 'empty'));
  await symlink('film.bin', join(album, 'link'));
  await writeMade(join(root, 'files', 'strange', 'what? at 12:30.txt'), 1_000);
  seed = await newPeer('seed', [join(root, 'files')]);
}, 60_000);

afterAll(async () => {
  for (const peer of peers) peer.kill();
  for (const peer of peers) await peer.ended(LIMIT_MS);
  for (const disk of disks.values()) disk.close();
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}, 60_000);

/** `describe` for a disk that is available here. */
const describeDisk = (kind: DiskKind, name: string, work: (disk: DiskRoom) => void) => {
  const disk = disks.get(kind);
  if (disk) describe(`${kind} ${name}`, () => work(disk));
  else describe.skip(`${kind} ${name}`, () => test.todo('cannot be mounted here'));
};

describe.each(STICKS)('a disk of %s', (kind) => {
  describeDisk(kind, 'as a target', (disk) => {
    let fetcher: Peer;
    let hash: string;

    beforeAll(async () => {
      fetcher = await newPeer(`to-${kind}`, [], disk);
      hash = (await fetcher.find('album', 'album', LIMIT_MS)).hash;
    }, 60_000);

    test('takes a tree, says what it loses, and has it when asked again', async () => {
      const to = join(disk.dir, 'got');
      const first = await fetcher.run('download', hash, '--to', to);
      expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('executable bit')]);
      expect((await readdir(disk.path('got', 'album'))).sort()).toEqual(
        expect.arrayContaining(['empty', 'film.bin', 'run.sh', 'sub']),
      );
      const again = await fetcher.run('download', hash, '--to', to);
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('from this disk')]);
      expect(again.stderr).not.toContain('Replaces');
      expect((await fetcher.run('verify', join(to, 'album'))).code).toBe(0);
    }, 90_000);

    test('refuses a name in one sentence, before the first byte; the same goes elsewhere then', async () => {
      const { hash: strange } = await fetcher.find('strange', 'strange', LIMIT_MS);
      const refused = await fetcher.run('download', strange, '--to', join(disk.dir, 'got'));
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining('cannot keep the name "what? at 12:30.txt"'),
      ]);
      expect(await readdir(disk.path('got'))).not.toContain('strange');
      const elsewhere = join(root, `to-${kind}-got`);
      expect((await fetcher.run('download', strange, '--to', elsewhere)).code).toBe(0);
    }, 90_000);

    test('serves on what it holds, also after a restart, when the first source is gone', async () => {
      await stop(fetcher);
      await fetcher.start();
      await stop(seed);
      const late = await newPeer(`late-${kind}`, []);
      try {
        await late.find('album', 'album', LIMIT_MS);
        const done = await late.download(hash);
        expect((await late.run('verify', done.path)).code).toBe(0);
      } finally {
        await stop(late);
        await seed.start();
      }
    }, 120_000);
  });

  describeDisk(kind, 'as a source', (disk) => {
    test('is watched; files keep their hash when the disk numbers them anew', async () => {
      // A peer of its own: otherwise what was fetched from the disk before is found as well.
      const name = `one of the ${kind} stick.bin`;
      await mkdir(disk.path('shared', 'deep'), { recursive: true });
      await writeMade(disk.path('shared', 'deep', name), FILM_BYTES);
      const sharer = await newPeer(`from-${kind}`, [join(disk.dir, 'shared')], disk);
      const first = await seed.find(`one of the ${kind} stick`, name, LIMIT_MS);
      const hashed = async () =>
        (await sharer.run('log', 'indexer')).stdout.match(/[1-9]\d* to hash/g);
      const before = await hashed();
      // Reading the directory again gives other inode numbers, if the disk stores none.
      disk.run('sh', '-c', 'echo 2 > /proc/sys/vm/drop_caches');
      expect((await sharer.run('rescan')).code).toBe(0);
      const done = await seed.download(first.hash, '--to', join(root, `seed-${kind}`));
      expect(done.bytes).toBe(FILM_BYTES);
      expect(await hashed()).toEqual(before);
      await rename(
        disk.path('shared', 'deep', name),
        disk.path('shared', 'deep', `another ${kind} name.bin`),
      );
      const found = await seed.find(`another ${kind} name`, `another ${kind} name.bin`, 10_000);
      expect(found.hash).toBe(first.hash);
      await stop(sharer);
    }, 120_000);
  });
});

describe('a limit on the size of files (ulimit -f)', () => {
  test('is said before the first byte', async () => {
    const host: PeerHost = {
      spawn: (command, words, options) =>
        spawn(
          'sh',
          ['-c', `ulimit -f ${LIMIT_BLOCKS}; exec "$0" "$@"`, command, ...words],
          options,
        ),
    };
    const fetcher = await newPeer('limited', [], host);
    const { hash } = await fetcher.find('film', 'film.bin', LIMIT_MS);
    const { code, stderr } = await fetcher.run('download', hash);
    expect([code, stderr]).toEqual([2, expect.stringContaining('ulimit -f')]);
    expect(stderr).not.toMatch(/[1-9]\d* %/);
    await stop(fetcher);
  }, 60_000);
});

describe.each(['btrfs', 'xfs'] as const)('%s, which shares blocks between copies', (kind) => {
  describeDisk(kind, 'and a file that this host shares already', (disk) => {
    test('gives a second one without a byte of the network or of the disk', async () => {
      const name = `twin on ${kind}.bin`;
      await writeMade(join(root, 'files', name), TWIN_BYTES);
      disk.run('mkdir', join(disk.dir, 'mine'), join(disk.dir, 'got'));
      disk.run('cp', join(root, 'files', name), join(disk.dir, 'mine', 'my copy.bin'));
      const sharer = await newPeer(`both-${kind}`, [join(disk.dir, 'mine')], disk);
      const { hash } = await until('two holders', LIMIT_MS, async () => {
        const found = await sharer.find(name, name, LIMIT_MS);
        return found.peers === 2 ? found : undefined;
      });
      const before = await freeBytes(disk);
      const done = await sharer.run('download', hash, '--to', join(disk.dir, 'got'));
      expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('is not fetched')]);
      expect(done.stderr).toContain('from this disk');
      expect(before - (await freeBytes(disk))).toBeLessThan(TWIN_BYTES / 4);
      await stop(sharer);
    }, 90_000);
  });
});
