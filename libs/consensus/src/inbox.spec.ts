/** What a host that is too slow works on (S58). */
import { expect, test } from '@jest/globals';
import { Inbox } from './inbox.js';

const filled = (...times: readonly number[]) => {
  const dropped: number[] = [];
  const inbox = new Inbox<number>((item) => dropped.push(item));
  for (const atMs of times) inbox.put(atMs, atMs);
  return { inbox, dropped };
};

test('what is fresh is taken in the order in which it came', () => {
  const { inbox, dropped } = filled(0, 1, 2);
  expect([inbox.take(2), inbox.take(2)]).toEqual([0, 1]);
  inbox.put(3, 3);
  expect([inbox.take(3), inbox.take(3), inbox.take(3)]).toEqual([2, 3, undefined]);
  expect([inbox.isEmpty, dropped]).toEqual([true, []]);
});

test('what has waited for more than 100 ms is dropped', () => {
  const { inbox, dropped } = filled(0, 50, 100);
  expect(inbox.take(100)).toBe(0);
  expect(inbox.take(151)).toBe(100);
  expect(dropped).toEqual([50]);
  inbox.put(151, 151);
  expect(inbox.take(1_000)).toBeUndefined();
  expect([inbox.isEmpty, dropped]).toEqual([true, [50, 151]]);
});

test('of more than 1,024 the oldest goes first, however many pass through', () => {
  const { inbox, dropped } = filled();
  let expected = 0;
  for (let next = 0; next < 10_000; next += 1) {
    inbox.put(next, 0);
    if (next % 4 !== 0) continue;
    expected = Math.max(expected, next - 1_023);
    expect(inbox.take(0)).toBe(expected);
    expected += 1;
  }
  expect(dropped[0]).toBeDefined();
  let left = 0;
  while (inbox.take(0) !== undefined) left += 1;
  expect(left).toBeLessThanOrEqual(1_024);
  expect(dropped.length + left + 2_500).toBe(10_000);
});
