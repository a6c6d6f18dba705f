/** The rate that is published for a download. */
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import { Progress } from './progress.js';

const peer = 'a'.repeat(20) as PeerId;
const hash = 'ab'.repeat(32) as FileHash;

const newProgress = (bytesDone = 0) => {
  const clock = { nowMs: 0 };
  const view = {
    ...{ id: hash, hash, kind: 'file' as const, name: 'f', path: '/f' },
    state: 'running' as const,
    ...{ bytes: 1e9, bytesDone, files: 1, filesDone: 0 },
  } as const;
  const progress = new Progress(
    view,
    () => clock.nowMs,
    () => undefined,
  );
  return { clock, progress, rate: () => progress.current.bytesPerSecond };
};

test('a steady rate is told as it is, and a stall within two seconds', () => {
  const { clock, progress, rate } = newProgress();
  for (clock.nowMs = 100; clock.nowMs <= 5_000; clock.nowMs += 100) progress.fetched(1_000, peer);
  expect(rate()).toBeGreaterThan(9_000);
  expect(rate()).toBeLessThan(11_000);
  for (; clock.nowMs <= 7_200; clock.nowMs += 500) progress.beat();
  expect(rate()).toBe(0);
});

test('what was there already is no rate', () => {
  const { clock, progress, rate } = newProgress();
  clock.nowMs = 1_000;
  progress.found(5e8);
  clock.nowMs = 2_000;
  progress.fetched(1_000, peer);
  expect(rate()).toBeLessThan(1_000);
  expect(progress.givenBy).toEqual([{ peer, bytes: 1_000 }]);
  progress.end('done', null);
  expect(rate()).toBe(500);
});

test('what an earlier run recorded is shown until it is checked, and is no rate', () => {
  const { clock, progress, rate } = newProgress(5e8);
  clock.nowMs = 1_000;
  progress.found(1e8);
  expect(progress.current).toMatchObject({ bytesDone: 5e8, bytesPerSecond: 0 });
  progress.fetched(1_000, peer);
  expect(progress.current.bytesDone).toBe(5e8);
  clock.nowMs = 2_000;
  progress.checked();
  expect(progress.current.bytesDone).toBe(1e8 + 1_000);
  expect(rate()).toBe(500);
});
