import { expect, test } from '@jest/globals';
import { DiskPace } from './disk-pace.js';

/** A disk on clocks of its own; `take` is one piece that takes so many ms, some of them of the processor. */
function newDisk() {
  let [nowMs, cpuMs] = [0, 0];
  const pace = new DiskPace({ nowMs: () => nowMs, cpuMs: () => cpuMs });
  const take = (tookMs: number, ofCpuMs = 0) =>
    pace.time(() => {
      nowMs += tookMs;
      cpuMs += ofCpuMs;
    });
  return { pace, take };
}
const answersOf = (pace: DiskPace) => Array.from({ length: 65 }, () => pace.isSlow);

test('what is timed gives its result', () => {
  expect(newDisk().pace.time(() => 7)).toBe(7);
});

test('one piece that stands still makes the next ones wait elsewhere, until it is tried again', () => {
  const { pace, take } = newDisk();
  take(0.5);
  expect(pace.isSlow).toBe(false);
  take(140);
  const answers = answersOf(pace);
  expect(answers.slice(0, 64)).not.toContain(false);
  expect(answers[64]).toBe(false);
});

test('pieces that are somewhat slow count where three follow each other, not where this thread had to wait once', () => {
  const { pace, take } = newDisk();
  for (const tookMs of [4, 4, 0.5, 4, 4, 0.5]) take(tookMs);
  expect(pace.isSlow).toBe(false);
  for (const tookMs of [4, 4, 4]) take(tookMs);
  expect(pace.isSlow).toBe(true);
});

test('time of the processor is none of the disk', () => {
  const { pace, take } = newDisk();
  for (const tookMs of [4, 4, 4, 40]) take(tookMs, tookMs - 0.5);
  expect(pace.isSlow).toBe(false);
});

test('a disk that was slow is slow again after one such piece, and fast after a fast one', () => {
  const { pace, take } = newDisk();
  for (const tookMs of [4, 4, 4]) take(tookMs);
  answersOf(pace);
  take(4);
  expect(pace.isSlow).toBe(true);
  answersOf(pace);
  take(0.5);
  take(4);
  expect(pace.isSlow).toBe(false);
});
