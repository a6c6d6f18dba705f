/** Reading a content before it is complete: over real sockets, from peers of every kind. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { type Holder, PIECE_BYTES, type FileHash, type PeerId } from '@iwanto/wire';
import fc from 'fast-check';
import { Liars } from '../sources/liars.js';
import { Lines } from '../sources/lines.js';
import { busOf } from '../testing/bus-of.js';
import {
  type Answer,
  Shelf,
  blake3,
  bytesOf,
  closing,
  newDir,
  newFile,
  newKeys,
  openHome,
  nowMs,
  share,
} from '../testing/transfer-room.js';
import { LocalSource } from './local-source.js';
import { Readings } from './readings.js';
import { CACHED_MAX } from './piece-cache.js';

jest.setTimeout(60_000);

const SELF = 'ee'.repeat(10) as PeerId;
const NOTHING_HERE = {
  hereOf: async () => undefined,
  giveHere: async () => ({ type: 'refused', reason: 'notFound' }) as const,
};

interface Room {
  readonly shelf: Shelf;
  readonly holders: Holder[];
  readonly noSourceLimitMs?: number;
  readonly onPiece?: (root: FileHash, piece: number, body: Uint8Array) => void;
  readonly here?: ConstructorParameters<typeof LocalSource>[1];
}

const openReadings = (room: Room) => {
  const { shelf, holders, noSourceLimitMs = 20_000, here = NOTHING_HERE } = room;
  const lines = new Lines({ keys: newKeys(), self: SELF, nowMs });
  const readings = new Readings({
    self: SELF,
    lines: () => [],
    onPiece: room.onPiece ?? (() => undefined),
    tools: {
      ...{ bus: busOf(shelf, holders), lines, blake3, nowMs, noSourceLimitMs },
      local: new LocalSource(SELF, here),
      isAllowed: () => true,
      isTrusted: () => false,
      liars: new Liars(nowMs),
      holdersOf: () => [],
      onTrouble: () => undefined,
    },
  });
  closing.push(async () => {
    await readings.closeAll();
    lines.closeAll();
  });
  return readings;
};

/** Reads as a command does: asks again if nothing has arrived yet. */
const readRange = async (
  readings: Readings,
  range: { hash: FileHash; from: number; to: number; within?: FileHash; reader?: string },
): Promise<Buffer> => {
  const { hash, from, to, within, reader = 'test' } = range;
  const parts: Uint8Array[] = [];
  let offset = from;
  while (offset < to) {
    const question = { hash, reader, offset, count: Math.min(524_288, to - offset) };
    const part = await readings.read(question, within);
    parts.push(Buffer.from(part));
    offset += part.length;
  }
  return Buffer.concat(parts);
};

const film = (shelf: Shelf, size: number) => {
  const bytes = bytesOf(size);
  return { bytes, hash: shelf.file(newFile(newDir('share'), 'film.mkv', bytes)).root };
};

const corrupting: (honest: Answer) => Answer = (honest) => async (request, asker) => {
  const reply = await honest(request, asker);
  if (reply.type === 'data' && request.ask === 'piece') reply.body[5]! ^= 1;
  return reply;
};

describe('reading', () => {
  test('any range of a file is what was shared, whatever the order of the ranges', async () => {
    const shelf = new Shelf();
    const size = 40 * PIECE_BYTES + 777;
    const { bytes, hash } = film(shelf, size);
    const readings = openReadings({ shelf, holders: [(await share(shelf)).holder] });
    const offset = fc.integer({ min: 0, max: size });
    await fc.assert(
      fc.asyncProperty(offset, fc.integer({ min: 0, max: 3 * PIECE_BYTES }), async (from, more) => {
        const to = Math.min(size, from + more);
        const got = await readRange(readings, { hash, from, to });
        expect(got.equals(bytes.subarray(from, to))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test.each([1, PIECE_BYTES, PIECE_BYTES + 1])('a file of %i bytes is read whole', async (size) => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, size);
    const readings = openReadings({ shelf, holders: [(await share(shelf)).holder] });
    expect(await readings.open(hash.slice(0, 8))).toEqual({
      ...{ hash, kind: 'file', name: 'film.mkv', size },
    });
    expect((await readRange(readings, { hash, from: 0, to: size })).equals(bytes)).toBe(true);
  });

  test('a file that is larger than what is kept in memory is read from its beginning to its end', async () => {
    const shelf = new Shelf();
    const size = (2 * CACHED_MAX + 3) * PIECE_BYTES;
    const { bytes, hash } = film(shelf, size);
    const peer = await share(shelf);
    const readings = openReadings({ shelf, holders: [peer.holder] });
    expect((await readRange(readings, { hash, from: 0, to: size })).equals(bytes)).toBe(true);
    expect((await readRange(readings, { hash, from: 0, to: 9 })).equals(bytes.subarray(0, 9))).toBe(
      true,
    );
  });

  test('HOSTILE 40: no byte of a source that corrupts every piece reaches a reader', async () => {
    const shelf = new Shelf();
    const size = 20 * PIECE_BYTES;
    const { bytes, hash } = film(shelf, size);
    const three = [await share(shelf, corrupting), await share(shelf), await share(shelf)];
    const readings = openReadings({ shelf, holders: three.map(({ holder }) => holder) });
    expect((await readRange(readings, { hash, from: 0, to: size })).equals(bytes)).toBe(true);
  });

  test('HOSTILE 43: a source that vanishes while it is read from is replaced by another', async () => {
    const shelf = new Shelf();
    const size = 30 * PIECE_BYTES;
    const { bytes, hash } = film(shelf, size);
    let given = 0;
    const mortal = await share(shelf, (honest) => (request, asker) => {
      given += 1;
      if (given === 8) void mortal.close();
      return honest(request, asker);
    });
    const readings = openReadings({
      ...{ shelf, holders: [mortal.holder, (await share(shelf)).holder] },
    });
    expect((await readRange(readings, { hash, from: 0, to: size })).equals(bytes)).toBe(true);
  });

  test('all lie: E_VERIFY, and not one byte', async () => {
    const shelf = new Shelf();
    const { hash } = film(shelf, 3 * PIECE_BYTES);
    const readings = openReadings({ shelf, holders: [(await share(shelf, corrupting)).holder] });
    await expect(readRange(readings, { hash, from: 0, to: 10 })).rejects.toMatchObject({
      code: 'E_VERIFY',
    });
  });

  test('nobody is there: E_NO_SOURCE after the limit, and a later try begins anew', async () => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, 2 * PIECE_BYTES);
    const holders: Holder[] = [];
    const readings = openReadings({ shelf, holders, noSourceLimitMs: 700 });
    const read = () => readRange(readings, { hash, from: 0, to: 10 });
    await expect(read()).rejects.toMatchObject({ code: 'E_NO_SOURCE' });
    holders.push((await share(shelf)).holder);
    expect((await read()).equals(bytes.subarray(0, 10))).toBe(true);
  });

  test('what is asked for costs little more than itself, and nothing after the reader went', async () => {
    const shelf = new Shelf();
    const { hash } = film(shelf, 60 * PIECE_BYTES);
    const peer = await share(shelf);
    const readings = openReadings({ shelf, holders: [peer.holder] });
    await readRange(readings, { hash, from: 20 * PIECE_BYTES, to: 20 * PIECE_BYTES + 5 });
    await readings.release(hash, 'test');
    await readRange(readings, { hash, from: 40 * PIECE_BYTES, to: 40 * PIECE_BYTES + 5 });
    const pieces = peer.asked.filter(({ ask }) => ask === 'piece').map(({ first }) => first);
    expect(pieces).toEqual(expect.arrayContaining([20, 40]));
    expect([20, 21, 40, 41]).toEqual(expect.arrayContaining(pieces));
    expect(pieces.length).toBeLessThanOrEqual(4);
  });

  test('the head and the tail of an opened file are there before anybody asks', async () => {
    const shelf = new Shelf();
    const { hash } = film(shelf, 60 * PIECE_BYTES);
    let [left, all] = [9, (): void => undefined];
    const arrived = new Promise<void>((resolve) => (all = resolve));
    const peer = await share(shelf, (honest) => async (request, asker) => {
      if (request.ask === 'piece' && (left -= 1) === 0) all();
      return honest(request, asker);
    });
    const readings = openReadings({ shelf, holders: [peer.holder] });
    await readings.open(hash);
    await arrived;
    const pieces = peer.asked.filter(({ ask }) => ask === 'piece').map(({ first }) => first);
    expect(new Set(pieces)).toEqual(new Set([0, 52, 53, 54, 55, 56, 57, 58, 59]));
  });

  test('what this host has itself is not fetched', async () => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, 5 * PIECE_BYTES);
    const own = await share(shelf);
    const other = await share(shelf);
    const here = own.uploader;
    const readings = openReadings({ shelf, holders: [other.holder], here });
    const got = await readRange(readings, { hash, from: 0, to: bytes.length });
    expect(got.equals(bytes)).toBe(true);
    expect(other.asked).toEqual([]);
    expect(own.uploader.sent.bytesSent).toBe(0);
  });

  test('what was read and lies in memory is not fetched again by a download', async () => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, 8 * PIECE_BYTES);
    const peer = await share(shelf);
    const readings = openReadings({ shelf, holders: [peer.holder] });
    await readRange(readings, { hash, from: 0, to: bytes.length });
    const inMemory = (root: FileHash) => readings.inMemory(root);
    const home = openHome({ shelf, holders: [peer.holder], inMemory });
    const view = await home.fetch(hash);
    expect(view).toMatchObject({ state: 'done', bytesDone: bytes.length, sources: 0 });
    expect(readFileSync(view.path).equals(bytes)).toBe(true);
    expect(peer.asked.filter(({ ask }) => ask === 'piece')).toHaveLength(8);
  });

  test('what is read while a download of it waits for its source makes the download whole', async () => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, 8 * PIECE_BYTES);
    let asked: () => void = () => undefined;
    const isWaiting = new Promise<void>((resolve) => (asked = resolve));
    const silent = await share(shelf, (honest) => (request, asker) => {
      if (request.ask !== 'piece') return honest(request, asker);
      asked();
      return new Promise(() => undefined);
    });
    const home = openHome({ shelf, holders: [silent.holder] });
    const fetched = home.fetch(hash);
    await isWaiting;
    const readings = openReadings({
      ...{ shelf, holders: [(await share(shelf)).holder] },
      onPiece: (root, piece, body) => home.downloads.give(root, piece, body),
    });
    await readRange(readings, { hash, from: 0, to: bytes.length });
    const view = await fetched;
    expect(view).toMatchObject({ state: 'done', bytesDone: bytes.length });
    expect(readFileSync(view.path).equals(bytes)).toBe(true);
  });

  test('a folder names its files, and is no file itself', async () => {
    const shelf = new Shelf();
    const dir = join(newDir('share'), 'films');
    mkdirSync(join(dir, 'more'), { recursive: true });
    writeFileSync(join(dir, 'a.mkv'), bytesOf(2 * PIECE_BYTES));
    writeFileSync(join(dir, 'more', 'b.srt'), 'text');
    const { root } = shelf.directory(dir);
    const readings = openReadings({ shelf, holders: [(await share(shelf)).holder] });
    expect(await readings.open(root)).toMatchObject({ kind: 'directory', name: 'films' });
    const { total, files } = await readings.files(root, 0);
    expect(total).toBe(2);
    expect(files.map(({ path }) => path).sort()).toEqual(['a.mkv', 'more/b.srt']);
    expect((await readings.files(root, 1)).files).toHaveLength(1);
    const question = { hash: root, reader: 'x', offset: 0, count: 1 };
    await expect(readings.read(question)).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
    await expect(readings.files(files[0]!.hash, 0)).rejects.toMatchObject({
      code: 'E_BAD_REQUEST',
    });
  });

  test('a file that the tracker knows only as part of a folder is read from who has the folder', async () => {
    const shelf = new Shelf();
    const dir = join(newDir('share'), 'films');
    mkdirSync(dir);
    const bytes = bytesOf(2 * PIECE_BYTES);
    writeFileSync(join(dir, 'a.mkv'), bytes);
    const { root } = shelf.directory(dir);
    const readings = openReadings({ shelf, holders: [(await share(shelf)).holder] });
    const [file] = (await readings.files(root, 0)).files;
    shelf.names.delete(file!.hash);
    const range = { hash: file!.hash, from: 0, to: bytes.length };
    await expect(readRange(readings, range)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    expect((await readRange(readings, { ...range, within: root })).equals(bytes)).toBe(true);
  });

  test('a place behind the end is refused, and an unknown hash is', async () => {
    const shelf = new Shelf();
    const { bytes, hash } = film(shelf, 10);
    const readings = openReadings({ shelf, holders: [(await share(shelf)).holder] });
    const question = { hash, reader: 'x', offset: bytes.length, count: 1 };
    await expect(readings.read(question)).rejects.toMatchObject({ code: 'E_RANGE' });
    await expect(readings.open('0'.repeat(64))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});
