/** The clock continues while the host sleeps and never goes back. */
import { expect, test } from '@jest/globals';
import { electionClock } from './clock.js';

test('sleep that the monotonic clock misses is added once', () => {
  let [monotonic, uptime] = [1_000, 5_000] as [number, number | undefined];
  const clock = electionClock(
    () => monotonic,
    () => uptime,
  );
  const pass = (awake: number, asleep = 0) => {
    monotonic += awake;
    uptime = (uptime ?? 0) + awake + asleep;
    return clock();
  };
  expect(pass(100)).toBe(1_100);
  expect(pass(60, 600_000)).toBe(601_160);
  expect(pass(60)).toBe(601_220);
  expect(pass(60, 40)).toBe(601_280);
  uptime = undefined;
  monotonic += 100;
  expect(clock()).toBe(601_380);
});

test('the real one moves forward', () => {
  const clock = electionClock();
  const first = clock();
  expect(clock()).toBeGreaterThanOrEqual(first);
});
