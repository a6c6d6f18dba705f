/** Everything periodic shares one timer. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { lookRegularly } from './regularly.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('one timer calls each look at its own period, until it is stopped', () => {
  const set = jest.spyOn(globalThis, 'setInterval');
  const [often, seldom] = [jest.fn(), jest.fn()];
  const stops = [lookRegularly(often), lookRegularly(seldom, 10_000)];
  jest.advanceTimersByTime(20_000);
  expect([often.mock.calls.length, seldom.mock.calls.length]).toEqual([10, 2]);
  stops[0]?.();
  jest.advanceTimersByTime(20_000);
  expect([often.mock.calls.length, seldom.mock.calls.length]).toEqual([10, 4]);
  stops[1]?.();
  expect([set.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
});

test('a period that does not fit the timer is a mistake of the caller', () => {
  expect(() => lookRegularly(() => undefined, 5_000)).toThrow('5000 ms');
});
