import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { SILENCE_MS, logSilence } from './silence-log.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test.each([
  { heard: 0, lines: 1 },
  { heard: 2, lines: 0 },
])('$lines lines where $heard hosts were heard', ({ heard, lines }) => {
  const written: string[] = [];
  logSilence(
    () => heard,
    (sentence) => written.push(sentence),
  );
  jest.advanceTimersByTime(SILENCE_MS - 1);
  expect(written).toEqual([]);
  jest.advanceTimersByTime(10 * SILENCE_MS);
  expect(written).toHaveLength(lines);
});

test('nothing is written after the service closed', () => {
  const write = jest.fn();
  logSilence(() => 0, write)();
  jest.advanceTimersByTime(SILENCE_MS);
  expect(write).not.toHaveBeenCalled();
});
