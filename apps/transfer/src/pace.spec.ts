/** Rates are kept. */
import { expect, test } from '@jest/globals';
import { Pace } from './pace.js';

test('without a limit nothing waits', () => {
  expect(new Pace(() => undefined).take(1e9, 0)).toBe(0);
});

test('a limit lets so many bytes a second pass, however they come', () => {
  const pace = new Pace(() => 1_000);
  let nowMs = 0;
  for (let lot = 0; lot < 20; lot += 1) nowMs += pace.take(500, nowMs);
  expect(nowMs).toBeGreaterThan(9_700);
  expect(nowMs).toBeLessThanOrEqual(10_000);
});

test('a limit may change while bytes flow', () => {
  let rate: number | undefined = 1;
  const pace = new Pace(() => rate);
  expect(pace.take(100, 0)).toBeGreaterThan(90_000);
  rate = undefined;
  expect(pace.take(100, 1)).toBe(0);
  rate = 1_000;
  expect(pace.take(1_000, 2)).toBeLessThanOrEqual(1_000);
});
