/** Shared folders in the real world: kinds of trouble from public reports on similar tools (docs/hostile.md). */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseManifest } from '@iwanto/merkle';
import type { Paths } from '@iwanto/service';
import type { FileHash } from '@iwanto/wire';
import { checkedFolder, privatePlacesOf } from './folders.js';
import { IndexingRoom } from './testing/indexing-room.js';
import { contentFind } from './verbs/content-find.js';

jest.setTimeout(60_000);

let room: IndexingRoom;
beforeEach(async () => {
  room = await IndexingRoom.open();
});
afterEach(() => room.close());

const warning = () => room.indexing.state().folders[0]?.warning ?? '';
const namesIn = (path: string) => room.catalogue.list(path, '', 9).entries.map(({ name }) => name);
const entriesOf = (path: string) => {
  const hash = room.lines().get(path)?.hash as FileHash;
  return parseManifest(room.catalogue.manifest(hash, 0, 1_000_000)!.bytes);
};

describe('unreadable is not empty', () => {
  test('a directory that cannot be listed is left out, named, and shared once it can', async () => {
    writeFileSync(room.path('locked', 'secret'), 'x');
    writeFileSync(room.path('open'), 'y');
    chmodSync(room.path('locked'), 0o000);
    await room.share();
    expect([...room.lines().keys()].sort()).toEqual(['shared', 'shared/open']);
    expect(entriesOf('shared').map(({ name }) => name)).toEqual(['open']);
    expect(room.troubles.join()).toContain('locked is not shared: EACCES');
    expect(room.troubles.join()).not.toContain('.iwantignore');
    expect(warning()).toBe('1 entry cannot be shared; the log names it');
    expect(namesIn('shared')).toEqual(['open']);
    expect(() => namesIn('shared/locked')).toThrow('No folder "shared/locked" is shared there');
    chmodSync(room.path('locked'), 0o700);
    await room.indexing.rescan(false);
    await room.until(() => room.lines().has('shared/locked/secret'), 'the file inside');
    await room.untilIdle();
    expect(warning()).toBe('');
  });

  test('a directory whose entries cannot be looked at is not an empty one either', async () => {
    writeFileSync(room.path('listed only', 'secret'), 'x');
    chmodSync(room.path('listed only'), 0o400);
    await room.share();
    expect([...room.lines().keys()]).toEqual(['shared']);
    chmodSync(room.path('listed only'), 0o700);
  });

  test('an empty directory that can be read is shared as one', async () => {
    mkdirSync(room.path('empty'));
    await room.share();
    expect([...room.lines().keys()].sort()).toEqual(['shared', 'shared/empty']);
  });

  test.each([0o000, 0o400])('what was known is kept while mode %p lasts', async (mode) => {
    writeFileSync(room.path('d', 'deep', 'known'), 'x');
    await room.share();
    const before = room.lines();
    chmodSync(room.path('d'), mode);
    await room.indexing.rescan(false);
    await room.untilIdle();
    expect(room.lines()).toEqual(before);
    expect(warning()).toContain('cannot be shared');
    chmodSync(room.path('d'), 0o700);
  });
});

test('a folder that is not there is announced as gone, not as an empty folder', async () => {
  writeFileSync(room.path('a'), 'a');
  await room.share();
  renameSync(join(room.dir, 'shared'), join(room.dir, 'away'));
  await room.until(() => room.lines().size === 0, 'the folder to go');
  const { gone } = room.catalogue.changesSince(1, 1_000);
  expect(gone.sort()).toEqual(['shared', 'shared/a']);
  expect(warning()).toContain('does not exist');
  renameSync(join(room.dir, 'away'), join(room.dir, 'shared'));
  await room.until(() => room.lines().has('shared/a'), 'the folder to come back');
});

test.each([
  ['a symlink', () => symlinkSync('/elsewhere/take 3.wav', room.path('tapes', 'take 3.wav'))],
  ['a directory', () => mkdirSync(room.path('tapes', 'take 3.wav'))],
] as const)('a file whose place %s takes is announced as gone', async (_, replace) => {
  writeFileSync(room.path('tapes', 'take 3.wav'), 'hum');
  await room.share();
  const { revision } = room.catalogue.changesSince(0, 1_000);
  rmSync(room.path('tapes', 'take 3.wav'));
  replace();
  const gone = () => room.catalogue.changesSince(revision, 1_000).gone;
  await room.until(() => gone().length > 0, 'the file to go');
  expect(gone()).toEqual(['shared/tapes/take 3.wav']);
});

test('a folder is listed without its symlinks, which nobody can fetch by themselves', async () => {
  writeFileSync(room.path('reel'), 'r');
  for (const name of ['a link', 'z link']) symlinkSync('reel', room.path(name));
  await room.share();
  expect(entriesOf('shared').map(({ name }) => name)).toEqual(['a link', 'reel', 'z link']);
  const { entries, more } = room.catalogue.list('shared', '', 1);
  expect([entries.map(({ name }) => name), more]).toEqual([['reel'], false]);
});

test('a folder that was never there is not announced', async () => {
  await room.share(join(room.dir, 'nowhere'));
  expect(room.lines().size).toBe(0);
});

test.each([
  [-1, -1],
  [-1.5, -2],
  [-86_400, -86_400],
  [0, 0],
  [1.5, 1],
])('a time of %p s since 1970 is published as %p', async (seconds, published) => {
  writeFileSync(room.path('old'), 'x');
  execFileSync('touch', ['-d', `@${seconds}`, room.path('old')]);
  await room.share();
  expect(entriesOf('shared')).toMatchObject([{ name: 'old', mtimeSeconds: published }]);
});

test('a directory that takes the place of another one is watched', async () => {
  writeFileSync(room.path('d', 'first'), 'x');
  await room.share();
  for (let at = 0; at < 10; at += 1) {
    writeFileSync(room.path(`new${at}`, `in ${at}`), 'y');
    await room.until(() => room.lines().has(`shared/new${at}/in ${at}`), 'the new directory');
    renameSync(room.path('d'), room.path(`old${at}`));
    renameSync(room.path(`new${at}`), room.path('d'));
    await room.until(() => room.lines().has(`shared/d/in ${at}`), 'the exchange');
    await room.untilIdle();
    writeFileSync(room.path('d', `later ${at}`), 'z');
    await room.until(() => room.lines().has(`shared/d/later ${at}`), 'a file in it');
  }
});

test('an upload that finds a file changed makes the indexer look at it', async () => {
  writeFileSync(room.path('a'), 'one');
  await room.share();
  const hash = room.lines().get('shared/a')!.hash as FileHash;
  const changed: string[] = [];
  const find = contentFind(room.catalogue, (path) => {
    changed.push(path);
    room.indexing.lookAt(path);
  });
  await find({ hashes: [hash] });
  expect(changed).toEqual([]);
  writeFileSync(room.path('a'), 'two');
  await find({ hashes: [hash] });
  expect(changed).toEqual([room.path('a')]);
  await room.until(() => room.lines().get('shared/a')?.hash !== hash, 'the new content');
});

test('a directory of many files is taken in part by part, and follows its disk', async () => {
  const names = Array.from({ length: 1_300 }, (_, at) => `é${at}`.normalize('NFD'));
  mkdirSync(room.path('many'));
  for (const name of names) writeFileSync(room.path('many', name), name);
  await room.share();
  const shared = () => entriesOf('shared/many').map(({ name }) => name);
  expect(shared()).toHaveLength(1_300);
  for (const name of names.slice(0, 700)) rmSync(room.path('many', name));
  await room.indexing.rescan(false);
  await room.until(() => room.files().length === 600, 'what went to go');
  await room.untilIdle();
  expect(shared()).toHaveLength(600);
});

describe('what belongs to iwanto is private by its place', () => {
  const pathsIn = (home: string): Paths => ({
    configFile: join(home, 'config.json'),
    keysFile: join(home, 'keys.json'),
    dataDir: join(home, 'data'),
    logDir: join(home, 'logs'),
    runDir: join(home, 'run'),
    runDirs: [join(home, 'run')],
    defaultShareDir: join(home, 'shared'),
    defaultDownloadDir: join(home, 'downloads'),
  });

  test('whatever lies in its home is left out of a folder above, backups too', async () => {
    await room.close();
    const home = join(room.dir, 'shared', 'home');
    room = await IndexingRoom.open({
      dir: room.dir,
      privatePaths: privatePlacesOf(pathsIn(home)).hidden,
    });
    for (const name of ['config.json.bak', 'keys.json.old', 'whatever'])
      writeFileSync(room.path('home', name), 'secret');
    writeFileSync(room.path('film'), 'film');
    await room.share();
    expect([...room.lines().keys()].sort()).toEqual(['shared', 'shared/film']);
  });

  test('a folder of the user in that home may be shared, the home and its own directories not', () => {
    const home = join(room.dir, 'shared');
    const places = privatePlacesOf(pathsIn(home));
    mkdirSync(join(home, 'shared'));
    mkdirSync(join(home, 'data', 'x'), { recursive: true });
    expect(checkedFolder(join(home, 'shared'), [], places)).toBe(join(home, 'shared'));
    for (const path of [home, join(home, 'data'), join(home, 'data', 'x')]) {
      expect(() => checkedFolder(path, [], places)).toThrow(/belongs to iwanto itself/);
    }
  });

  test('what the kernel shows as files is not shared, alone or inside a folder', () => {
    const places = privatePlacesOf(pathsIn(room.dir));
    expect(() => checkedFolder('/proc/self', [], places)).toThrow(
      '/proc/self is not on a disk (proc)',
    );
    expect(places.hidden).toEqual(expect.arrayContaining(['/proc', '/sys']));
  });
});

test('the log tells of each folder that is shared, each scan with counts, and each folder that goes', async () => {
  writeFileSync(room.path('a'), 'abc');
  await room.share();
  const path = join(room.dir, 'shared');
  expect(room.notes[0]).toBe(`info: ${path} is shared.`);
  expect(room.notes[1]).toMatch(
    /^info: .* was scanned in \d+ ms: 0 files of 0 bytes known, 1 to hash, 0 skipped\.$/,
  );
  const scans = () => room.notes.filter((note) => note.includes('was scanned')).length;
  for (let at = 0; at < 50; at += 1) await room.indexing.rescan(false);
  expect(scans()).toBeLessThan(20);
  room.indexing.removeFolder(room.catalogue.folders[0]!);
  expect(room.notes.at(-1)).toBe(`info: ${path} is no longer shared.`);
});

test('who shares more than a tracker keeps is told, until there is room again', async () => {
  let leftOut = 2;
  room.indexing.heedTracker(() => leftOut);
  await room.share();
  expect(warning()).toContain('2 files or folders cannot be found');
  leftOut = 0;
  expect(warning()).toBe('');
});
