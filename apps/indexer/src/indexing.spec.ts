/** The indexer on a real disk: the network sees exactly what is in the folder. */
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { loadBlake3, directoryRoot, parseManifest, fileRootFromDigests } from '@iwanto/merkle';
import type { FileHash } from '@iwanto/wire';
import { checkedFolder, shareFolder, unshareFolder } from './folders.js';
import { IndexingRoom } from './testing/indexing-room.js';

/** Many threads and disks share a busy machine. */
jest.setTimeout(60_000);

let room: IndexingRoom;
beforeEach(async () => {
  room = await IndexingRoom.open();
});
afterEach(() => room.close());

const hashOf = (path: string) => room.lines().get(path)?.hash;

describe('a shared folder', () => {
  test('is told with files, directories and an empty directory', async () => {
    writeFileSync(room.path('film', 'a.mkv'), 'aaa');
    writeFileSync(room.path('empty file'), '');
    mkdirSync(room.path('nothing'));
    await room.share();
    expect([...room.lines().keys()].sort()).toEqual([
      'shared',
      'shared/empty file',
      'shared/film',
      'shared/film/a.mkv',
      'shared/nothing',
    ]);
    expect(room.lines().get('shared')).toMatchObject({ kind: 'directory', size: 3 });
  });

  test('has digests and manifests that give its roots', async () => {
    const blake3 = await loadBlake3();
    writeFileSync(room.path('deep', 'big'), Buffer.alloc(2_500_000, 7));
    symlinkSync('big', room.path('deep', 'link'));
    await room.share();
    const big = room.lines().get('shared/deep/big')!;
    const digests = room.catalogue.digests(big.hash as FileHash, 0, 3)!;
    expect(fileRootFromDigests(blake3, digests, big.size)).toBe(big.hash);
    const deep = room.lines().get('shared/deep')!;
    const manifest = room.catalogue.manifest(deep.hash as FileHash, 0, 1_000_000)!;
    expect(directoryRoot(blake3, manifest.bytes)).toBe(deep.hash);
    expect(parseManifest(manifest.bytes)).toMatchObject([
      { kind: 'file', name: 'big', size: 2_500_000, root: big.hash },
      { kind: 'symlink', name: 'link', target: 'big' },
    ]);
  });

  test('tells of a file that comes, changes and goes', async () => {
    await room.share();
    writeFileSync(room.path('a'), 'one');
    await room.until(() => hashOf('shared/a') !== undefined, 'the new file');
    const first = hashOf('shared/a');
    appendFileSync(room.path('a'), ' more');
    await room.until(() => hashOf('shared/a') !== first, 'the changed file');
    rmSync(room.path('a'));
    await room.until(() => hashOf('shared/a') === undefined, 'the file to go');
    await room.untilIdle();
    expect([...room.lines().keys()]).toEqual(['shared']);
  });

  test('HOSTILE 84: an edit with the same size and the same mtime is noticed', async () => {
    writeFileSync(room.path('a'), 'one');
    await room.share();
    const before = hashOf('shared/a');
    const { atime, mtime } = statSync(room.path('a'));
    writeFileSync(room.path('a'), 'two');
    utimesSync(room.path('a'), atime, mtime);
    await room.until(() => hashOf('shared/a') !== before, 'the edit');
  });

  test('takes a rename over without a new hash, and forgets the old name', async () => {
    writeFileSync(room.path('a'), 'content');
    await room.share();
    const before = hashOf('shared/a');
    renameSync(room.path('a'), room.path('b'));
    await room.until(() => hashOf('shared/b') === before && !hashOf('shared/a'), 'the rename');
    expect(room.indexing.state().indexing.filesTotal).toBe(0);
  });

  test('HOSTILE 85: a moved tree costs no hashing', async () => {
    for (let at = 0; at < 300; at += 1)
      writeFileSync(room.path('from', `d${at % 7}`, `f${at}`), `${at}`);
    await room.share();
    const before = room.lines();
    let hashed = 0;
    renameSync(room.path('from'), room.path('to'));
    const isMoved = () => {
      hashed = Math.max(hashed, room.indexing.state().indexing.filesTotal);
      const moved = room.files().filter((path) => path.startsWith('shared/to/'));
      return moved.length === 300 && room.files().length === 300;
    };
    await room.until(isMoved, 'the moved tree');
    await room.untilIdle();
    expect(hashed).toBe(0);
    expect(room.lines().get('shared/to')?.hash).toBe(before.get('shared/from')?.hash);
  });

  test('an unchanged folder costs no revision when it is looked at again', async () => {
    writeFileSync(room.path('a', 'b'), 'x');
    await room.share();
    const { revision } = room.catalogue;
    await room.indexing.rescan(false);
    await room.indexing.rescan(true);
    await room.untilIdle();
    expect(room.catalogue.revision).toBe(revision);
  });

  test('equal files are told each, stored once, and one of them may go', async () => {
    writeFileSync(room.path('a'), 'same');
    writeFileSync(room.path('b'), 'same');
    linkSync(room.path('a'), room.path('c'));
    await room.share();
    expect(new Set(['a', 'b', 'c'].map((name) => hashOf(`shared/${name}`))).size).toBe(1);
    rmSync(room.path('a'));
    await room.until(() => !hashOf('shared/a'), 'one to go');
    expect(hashOf('shared/b')).toBeDefined();
  });

  test('what the ignore rules name is not shared; a changed .iwantignore counts at once', async () => {
    for (const name of ['keep', '.hidden', 'a.part', 'b~', 'c.swp', 'secret/x', '.git/config']) {
      writeFileSync(room.path(...name.split('/')), name);
    }
    await room.share();
    expect(room.files().sort()).toEqual(['shared/keep', 'shared/secret/x']);
    writeFileSync(room.path('.iwantignore'), 'secret/\n!.hidden\n');
    await room.until(
      () => room.files().sort().join() === 'shared/.hidden,shared/keep',
      'the new rules',
    );
  });

  test('an .iwantignore counts from its folder on, and those below it count more', async () => {
    const write = (path: string, text = path) => writeFileSync(room.path(...path.split('/')), text);
    for (const name of ['a.log', 'music/a.log', 'music/live/a.log', 'music/b [1]/x', 'b [1]/x'])
      write(name);
    write('.iwantignore', '*.log\n');
    write('music/.iwantignore', '/live/\nb \\[1]/x\n!.cover\n');
    write('music/.cover');
    write('.cover');
    await room.share();
    expect(room.files().sort()).toEqual(['shared/b [1]/x', 'shared/music/.cover']);
    write('music/.iwantignore', '!*.log\n');
    write('music/live/.iwantignore', '*.log\n!b.log\n');
    write('music/live/b.log');
    const wanted = ['b [1]/x', 'music/a.log', 'music/b [1]/x', 'music/live/b.log'];
    const shared = wanted.map((path) => `shared/${path}`).join();
    await room.until(() => room.files().sort().join() === shared, 'the new rules');
    await room.untilIdle();
    write('music/live/c.log');
    rmSync(room.path('music', 'live', '.iwantignore'));
    await room.until(() => hashOf('shared/music/live/c.log') !== undefined, 'rules taken back');
    write('music/live/d.log');
    await room.until(
      () => hashOf('shared/music/live/d.log') !== undefined,
      'a watch of the folder',
    );
  });

  test('hidden folders that an .iwantignore takes back are watched, at the top and in a folder moved in', async () => {
    const write = (path: string) => writeFileSync(room.path(...path.split('/')), path);
    const isThere = (path: string) =>
      room.until(() => hashOf(`shared/${path}`) !== undefined, `${path} to be shared`);
    writeFileSync(room.path('.iwantignore'), '!.open/\n');
    write('.open/a');
    await room.share();
    await isThere('.open/a');
    await room.untilIdle();
    write('.open/b');
    await isThere('.open/b');
    await room.untilIdle();
    const outside = join(room.dir, 'outside');
    mkdirSync(join(outside, '.kept'), { recursive: true });
    writeFileSync(join(outside, '.iwantignore'), '!.kept/\n');
    writeFileSync(join(outside, '.kept', 'x'), 'x');
    renameSync(outside, room.path('in'));
    await isThere('in/.kept/x');
    await room.untilIdle();
    write('in/.kept/y');
    await isThere('in/.kept/y');
  });

  test('what belongs to the program itself is not shared, wherever it lies and whatever the rules say', async () => {
    writeFileSync(room.path('keys.json'), 'secret');
    writeFileSync(room.path('data', 'catalogue.sqlite'), 'secret');
    writeFileSync(room.path('film'), 'film');
    writeFileSync(room.path('.iwantignore'), '!keys.json\n!data/\n');
    await room.share();
    expect(room.files()).toEqual(['shared/film']);
    writeFileSync(room.path('keys.json'), 'another secret');
    writeFileSync(room.path('end'), 'end');
    await room.until(() => hashOf('shared/end') !== undefined, 'a later change');
    expect(room.files().sort()).toEqual(['shared/end', 'shared/film']);
    const own = { hidden: [room.path('data')], closed: [room.path('data')] };
    expect(() => checkedFolder(room.path('data'), [], own)).toThrow(/belongs to iwanto itself/);
    expect(checkedFolder(room.dir, [], own)).toBe(room.dir);
  });

  test('a file and a directory may take each other’s name', async () => {
    writeFileSync(room.path('x'), 'file');
    await room.share();
    rmSync(room.path('x'));
    writeFileSync(room.path('x', 'inside'), 'y');
    await room.until(() => hashOf('shared/x/inside') !== undefined, 'the directory');
    await room.untilIdle();
    expect(room.lines().get('shared/x')?.kind).toBe('directory');
    rmSync(room.path('x'), { recursive: true });
    writeFileSync(room.path('x'), 'file');
    await room.until(() => room.lines().get('shared/x')?.kind === 'file', 'the file again');
    expect(hashOf('shared/x/inside')).toBeUndefined();
  });

  test('an exec bit changes the directory, not the file', async () => {
    writeFileSync(room.path('run.sh'), '#!/bin/sh');
    await room.share();
    const [file, folder] = [hashOf('shared/run.sh'), room.rootOf('shared')];
    chmodSync(room.path('run.sh'), 0o755);
    await room.until(() => room.rootOf('shared') !== folder, 'the exec bit');
    expect(hashOf('shared/run.sh')).toBe(file);
  });
});

describe('several folders', () => {
  test('are told under their names, and one that is unshared goes at once', async () => {
    const other = join(room.dir, 'other', 'shared');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'o'), 'o');
    writeFileSync(room.path('s'), 's');
    await room.share();
    await shareFolder(room, other);
    await room.untilIdle();
    expect(room.files().sort()).toEqual(['shared (2)/o', 'shared/s']);
    const { revision } = room.catalogue;
    unshareFolder(room, room.catalogue.folders[0]!);
    expect(room.files()).toEqual(['shared (2)/o']);
    expect(room.catalogue.changesSince(revision, 100).gone.sort()).toEqual(['shared', 'shared/s']);
    writeFileSync(room.path('s2'), 'late');
    writeFileSync(join(other, 'o2'), 'o2');
    await room.until(() => room.files().includes('shared (2)/o2'), 'the other folder');
    expect(room.files().some((path) => path.startsWith('shared/'))).toBe(false);
  });
});

describe('a start', () => {
  test('finds what changed while stopped', async () => {
    for (const name of ['same', 'changed', 'gone', 'old name'])
      writeFileSync(room.path(name), name);
    await room.share();
    const before = room.lines();
    const { catalogId } = room.catalogue;
    await room.stop();
    appendFileSync(room.path('changed'), '!');
    rmSync(room.path('gone'));
    renameSync(room.path('old name'), room.path('new name'));
    writeFileSync(room.path('came'), 'came');
    room = await IndexingRoom.open({ dir: room.dir });
    expect(room.catalogue.catalogId).toBe(catalogId);
    await room.share();
    expect(room.files().sort()).toEqual(
      ['came', 'changed', 'new name', 'same'].map((name) => `shared/${name}`),
    );
    expect(hashOf('shared/new name')).toBe(before.get('shared/old name')?.hash);
    expect(hashOf('shared/same')).toBe(before.get('shared/same')?.hash);
    expect(hashOf('shared/changed')).not.toBe(before.get('shared/changed')?.hash);
  });
});

describe('the log', () => {
  test('gives every change in parts that can be taken up anywhere', async () => {
    for (let at = 0; at < 50; at += 1) writeFileSync(room.path(`f${at}`), `${at}`);
    await room.share();
    for (let at = 0; at < 20; at += 1) rmSync(room.path(`f${at}`));
    await room.until(() => room.files().length === 30, 'the files to go');
    await room.untilIdle();
    const book = new Map<string, string>();
    let since = 0;
    for (let more = true; more;) {
      const part = room.catalogue.changesSince(since, 7);
      expect(part.entries.length + part.gone.length).toBeLessThanOrEqual(7);
      for (const path of part.gone) book.delete(path);
      for (const { path, hash } of part.entries) book.set(path, hash);
      since = part.revision;
      ({ more } = part);
    }
    expect(since).toBe(room.catalogue.revision);
    expect(book).toEqual(new Map([...room.lines()].map(([path, { hash }]) => [path, hash])));
    expect(room.catalogue.changesSince(since, 7)).toMatchObject({ entries: [], gone: [] });
    expect(room.catalogue.changesSince(since + 1_000, 7).since).toBe(0);
  });
});
