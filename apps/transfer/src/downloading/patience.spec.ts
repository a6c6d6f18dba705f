import { expect, test } from '@jest/globals';
import { Patience } from './patience.js';

test('pauses double up to a minute, until something changes', () => {
  const patience = new Patience();
  const tries: number[] = [];
  for (let nowMs = 0; nowMs < 300_000; nowMs += 1_000) {
    if (patience.isDue('a', nowMs)) tries.push(nowMs / 1_000);
  }
  expect(tries).toEqual([0, 2, 6, 14, 30, 62, 122, 182, 242]);
  patience.reset();
  expect(patience.isDue('a', 300_000)).toBe(true);
});
