/** Downloads that are paused, resumed, interrupted and continued; and what can be verified afterwards. */
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PIECE_BYTES } from '@iwanto/wire';
import { receiptOf } from './disk/receipt.js';
import {
  Shelf,
  blake3,
  bytesOf,
  newDir,
  newFile,
  openHome,
  share,
} from './testing/transfer-room.js';

const PIECES = 20;

/** A home in the middle of a download whose source gives `given` pieces and then nothing. */
const halfWay = async (given: number) => {
  const shelf = new Shelf();
  const { root } = shelf.file(newFile(newDir('share'), 'film.mkv', bytesOf(PIECES * PIECE_BYTES)));
  let served = 0;
  const slow = await share(shelf, (honest) => (request, asker) => {
    if (request.ask === 'piece') served += 1;
    return served > given ? new Promise(() => undefined) : honest(request, asker);
  });
  const honest = await share(shelf);
  const holders = [slow.holder];
  const home = openHome({ shelf, holders });
  await home.downloads.start({ hash: root, overwrite: false });
  await home.until(({ bytesDone }) => bytesDone >= (given - 1) * PIECE_BYTES);
  return { shelf, root, home, holders, slow, honest };
};

const piecesAsked = ({ asked }: Awaited<ReturnType<typeof share>>) =>
  asked.filter(({ ask }) => ask === 'piece').length;

describe('a download', () => {
  test('that is paused stays so, over a restart too, until it is resumed', async () => {
    const { root, home, shelf, honest } = await halfWay(10);
    expect(await home.downloads.pause(root)).toMatchObject({ state: 'paused', failure: null });
    await home.close();
    const again = openHome({ shelf, holders: [honest.holder], dir: home.dir });
    await again.downloads.goOn();
    expect(again.downloads.list()).toMatchObject([{ state: 'paused' }]);
    await again.downloads.resume(root);
    expect(await again.until(({ state }) => state === 'done')).toMatchObject({ hash: root });
    expect(piecesAsked(honest)).toBeLessThanOrEqual(PIECES - 9);
  });

  test('that a crash cut off goes on by itself, and its share is told truly before', async () => {
    const { root, home, shelf, honest } = await halfWay(12);
    // The first one never says goodbye: its journal is what a second process finds.
    await home.until(() => (home.journal.downloads()[0]?.bytesDone ?? 0) >= 11 * PIECE_BYTES);
    const again = openHome({ shelf, holders: [honest.holder], dir: home.dir });
    expect(again.downloads.get(root)).toMatchObject({ state: 'locating' });
    expect(again.downloads.get(root).bytesDone).toBeGreaterThanOrEqual(11 * PIECE_BYTES);
    await again.downloads.goOn();
    const view = await again.until(({ state }) => state === 'done');
    expect(readFileSync(view.path).equals(bytesOf(PIECES * PIECE_BYTES))).toBe(true);
    // Nor does it fall to nothing while what is there is checked.
    const shown = again.views.map(({ bytesDone }) => bytesDone);
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(11 * PIECE_BYTES);
  });

  test('HOSTILE 44: goes on by itself when a source comes that it ended without', async () => {
    const { root, shelf, honest } = await halfWay(3);
    const holders = [(await share(new Shelf())).holder];
    const home = openHome({ shelf, holders, noSourceLimitMs: 1_000 });
    expect((await home.fetch(root)).failure).toMatchObject({ code: 'E_NO_SOURCE' });
    holders.push(honest.holder);
    home.downloads.poke();
    expect(await home.until(({ state }) => state === 'done')).toMatchObject({ hash: root });
  });

  test('that is cancelled and forgotten leaves nothing', async () => {
    const { root, home } = await halfWay(5);
    expect(await home.downloads.cancel(root, true)).toMatchObject({ state: 'cancelled' });
    expect(home.downloads.list()).toEqual([]);
    expect(home.journal.downloads()).toEqual([]);
  });
});

describe('a limit', () => {
  test('on one download is held, and what comes is right', async () => {
    const shelf = new Shelf();
    const bytes = bytesOf(6 * PIECE_BYTES);
    const { root } = shelf.file(newFile(newDir('share'), 'film.mkv', bytes));
    const home = openHome({ shelf, holders: [(await share(shelf)).holder] });
    const startedMs = performance.now();
    const view = await home.fetch(root, { bytesPerSecondMax: 3 * PIECE_BYTES });
    expect(performance.now() - startedMs).toBeGreaterThan(1_600);
    expect(readFileSync(view.path).equals(bytes)).toBe(true);
  });
});

describe('the receipt', () => {
  test('of a file says who gave it, and finds one changed byte', async () => {
    const { root, home, holders, honest } = await halfWay(5);
    await home.downloads.pause(root);
    holders.splice(0, 1, honest.holder);
    const { path } = await home.fetch(root);
    const receipt = await receiptOf(blake3, home.journal.placed, path);
    expect(receipt).toMatchObject({
      hash: root,
      isWhole: true,
      wrong: [],
      bytes: PIECES * PIECE_BYTES,
    });
    const given = receipt.sources.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(given).toBeGreaterThanOrEqual(14 * PIECE_BYTES);
    const spoiled = readFileSync(path);
    spoiled[7]! ^= 1;
    writeFileSync(path, spoiled);
    expect(await receiptOf(blake3, home.journal.placed, path)).toMatchObject({
      isWhole: false,
      wrong: ['film.mkv'],
    });
  });

  test('of a folder names what is not as it was fetched', async () => {
    const shelf = new Shelf();
    const tree = join(newDir('share'), 'album');
    mkdirSync(tree);
    for (const name of ['a', 'b', 'c']) newFile(tree, name, bytesOf(500, name.charCodeAt(0)));
    const { root } = shelf.directory(tree);
    const home = openHome({ shelf, holders: [(await share(shelf)).holder] });
    const { path } = await home.fetch(root);
    expect(await receiptOf(blake3, home.journal.placed, path)).toMatchObject({ isWhole: true });
    writeFileSync(join(path, 'b'), 'changed');
    writeFileSync(join(path, 'mine'), 'no matter');
    expect(await receiptOf(blake3, home.journal.placed, path)).toMatchObject({
      isWhole: false,
      wrong: ['b'],
    });
  });

  test('is not there for what no download brought', async () => {
    const home = openHome({ shelf: new Shelf(), holders: [] });
    await expect(receiptOf(blake3, home.journal.placed, home.dir)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
  });
});

describe('a sparse file', () => {
  test('arrives sparse and right, in pieces that are half empty too', async () => {
    const shelf = new Shelf();
    const bytes = Buffer.alloc(8 * PIECE_BYTES + 5);
    bytesOf(70_000).copy(bytes, 2 * PIECE_BYTES + 300_000);
    bytesOf(PIECE_BYTES).copy(bytes, 6 * PIECE_BYTES);
    const { root } = shelf.file(newFile(newDir('share'), 'disk.img', bytes));
    const home = openHome({ shelf, holders: [(await share(shelf)).holder] });
    const { path } = await home.fetch(root);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(path).blocks * 512).toBeLessThan(PIECE_BYTES + 4 * 65_536);
  });
});

describe('times and modes', () => {
  test('before 1970, and of files that can be run, arrive as they are', async () => {
    const shelf = new Shelf();
    const tree = join(newDir('share'), 'album');
    mkdirSync(tree);
    const small = newFile(tree, 'small', bytesOf(10));
    const large = newFile(tree, 'large', bytesOf(PIECE_BYTES + 1));
    chmodSync(small, 0o755);
    for (const path of [small, large]) utimesSync(path, new Date(-1e12), new Date(-1e12));
    const { root } = shelf.directory(tree);
    const home = openHome({ shelf, holders: [(await share(shelf)).holder] });
    const { path } = await home.fetch(root);
    for (const name of ['small', 'large']) expect(statSync(join(path, name)).mtimeMs).toBe(-1e12);
    expect(statSync(join(path, 'small')).mode & 0o100).toBe(0o100);
    expect(new Shelf().directory(path).root).toBe(root);
  });
});
