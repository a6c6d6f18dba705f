/** What is being sent, by content, with the rate of the last seconds. */
import { expect, test } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
import { Uploads } from './uploads.js';

const hash = (seed: string) => seed.repeat(64) as FileHash;

test('tells bytes and rate of each content under way, and forgets the quiet ones', () => {
  let nowMs = 0;
  const uploads = new Uploads(() => nowMs);
  for (nowMs = 0; nowMs <= 2_000; nowMs += 100) uploads.note(hash('a'), 1_000);
  uploads.note(hash('b'), 5);
  const [fast, slow] = uploads.list();
  expect(fast).toMatchObject({ hash: hash('a'), bytes: 21_000, bytesPerSecond: 10_500 });
  expect(slow).toMatchObject({ hash: hash('b'), bytes: 5, bytesPerSecond: 0 });
  nowMs += 6_000;
  expect([uploads.list(), uploads.bytesSent]).toEqual([[], 21_005]);
});

test('counts everything, and tells only so many contents apart', () => {
  const uploads = new Uploads(() => 0);
  for (let at = 0; at < 200; at += 1) uploads.note(`${at}`.padStart(64, '0') as FileHash, 1);
  expect([uploads.list().length, uploads.bytesSent]).toEqual([64, 200]);
});
