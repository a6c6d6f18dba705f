/** What departed peers had, kept over a restart, in real files. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Tracker } from '@iwanto/tracker';
import {
  type CatalogId,
  type CatalogueEntry,
  type FileHash,
  type PeerId,
  allTurns,
} from '@iwanto/wire';
import { LeftFolder } from './left-files.js';
import { LeftPeers } from './left-peers.js';
import { OneAtATime } from './one-at-a-time.js';

const [ANNE, BEN] = ['a', 'b'].map((letter) => letter.repeat(20)) as [PeerId, PeerId];
const HOUR_MS = 3_600_000;
let folder = '';
let dateMs = 0;
let keepMs = 72 * HOUR_MS;
const troubles: string[] = [];

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'iwanto-left-')), 'left');
  dateMs = 1_000_000;
  keepMs = 72 * HOUR_MS;
  troubles.length = 0;
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const open = () => {
  const files = new LeftFolder(folder, (sentence) => troubles.push(sentence));
  const tracker = new Tracker();
  const left = new LeftPeers(tracker, new OneAtATime(), {
    dateMs: () => dateMs,
    keepMs: () => keepMs,
    files,
  });
  return { files, tracker, left };
};
const entriesOf = (count: number): CatalogueEntry[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ path: `films/film ${at}`, kind: 'file' as const, size: at, modifiedMs: 5_000 },
    hash: at.toString(16).padStart(64, '0') as FileHash,
  }));
const share = (tracker: Tracker, peer: PeerId, count: number) =>
  tracker.applyAnnouncement(
    {
      ...{ peer, catalogId: '1'.repeat(16) as CatalogId, since: 0, revision: 1, more: false },
      ...{ entries: entriesOf(count), gone: [] },
    },
    0,
  );
/** Ends one process and starts another on the same folder. */
const again = async (
  { files }: { files: LeftFolder },
  isHere: (peer: PeerId) => boolean = () => false,
) => {
  await files.idle();
  const next = open();
  next.left.load(isHere);
  await next.files.idle();
  return next;
};

test('a restart loses nothing of what a peer had, nor its name, nor when it left', async () => {
  const first = open();
  share(first.tracker, BEN, 1_500);
  expect(first.left.add({ peer: BEN, name: 'ben' })).toBe(true);
  dateMs += 2 * HOUR_MS;
  const { tracker, left } = await again(first);
  const { results } = tracker.search('film 1234', 1, { leftAtMs: dateMs });
  expect(results).toMatchObject([
    { name: 'film 1234', size: 1_234, modifiedMs: 5_000, seen: { secondsAgo: 7_200 } },
  ]);
  expect(left.names).toEqual(new Map([[BEN, 'ben']]));
  const hash = '1'.padStart(64, '0');
  expect(() => allTurns(left.explained(hash, tracker.locating(hash)))).toThrow(
    'Nobody who is here has film 1; it was seen 2 h ago on ben.',
  );
  expect(troubles).toEqual([]);
});

test('who is here, who left too long ago, and who came back is not taken up', async () => {
  const first = open();
  for (const peer of [ANNE, BEN]) {
    share(first.tracker, peer, 1);
    first.left.add({ peer, name: 'x' });
  }
  const second = await again(first, (peer) => peer === ANNE);
  expect(second.tracker.left().map(({ peer }) => peer)).toEqual([BEN]);
  expect(first.left.comeBack(BEN)).toBe(true);
  const third = await again(first);
  expect(third.tracker.left().map(({ peer }) => peer)).toEqual([ANNE]);
  keepMs = HOUR_MS;
  dateMs += HOUR_MS;
  third.left.tidy();
  await third.files.idle();
  expect([third.tracker.left(), readdirSync(folder)]).toEqual([[], []]);
});

test('nothing is remembered where that is switched off, or nothing was known', () => {
  const { tracker, left } = open();
  expect(left.add({ peer: BEN, name: 'ben' })).toBe(false);
  share(tracker, BEN, 1);
  keepMs = 0;
  expect(left.add({ peer: BEN, name: 'ben' })).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

test('a damaged file is removed with a sentence, and costs only itself', async () => {
  const first = open();
  for (const peer of [ANNE, BEN]) {
    share(first.tracker, peer, 300);
    first.left.add({ peer, name: 'x' });
  }
  await first.files.idle();
  const file = join(folder, `${ANNE}.left.gz`);
  writeFileSync(file, readFileSync(file).subarray(0, 200));
  const second = await again(first);
  expect(second.tracker.search('film', 5, { leftAtMs: dateMs }).results.length).toBe(5);
  expect(troubles).toEqual([expect.stringContaining(`${file} cannot be read and is removed`)]);
  expect(readdirSync(folder)).toEqual([`${BEN}.left.gz`]);
});
