/** What is fetched ahead of readers. */
import { describe, expect, test } from '@jest/globals';
import { READERS_MAX, ReadWindows } from './windows.js';

describe('what is needed', () => {
  test('of a reader that jumps: its piece alone; ahead of one that goes on: more with each piece', () => {
    const windows = new ReadWindows(100);
    const neededAt = (piece: number) => {
      windows.asked('a', piece, 0);
      return windows.needed([]);
    };
    expect(neededAt(50)).toEqual([50]);
    expect(neededAt(50)).toEqual([50]);
    expect(neededAt(51)).toEqual([51]);
    expect(neededAt(52)).toEqual([52, 53]);
    expect(neededAt(53)).toEqual([53, 54, 55]);
    expect(neededAt(54)).toEqual([54, 55, 56, 57, 58]);
    expect(neededAt(9)).toEqual([9]);
  });

  test('a question that was overtaken by the next one is no jump', () => {
    const windows = new ReadWindows(100);
    for (const piece of [50, 51, 52, 51]) windows.asked('a', piece, 0);
    expect(windows.needed([])).toEqual([52, 53]);
  });

  test('of too many readers the one that asked longest ago is forgotten, and may come back', () => {
    const windows = new ReadWindows(1_000);
    windows.asked('first', 0, 0);
    windows.asked('second', 10, 0);
    windows.asked('first', 0, 1);
    for (let number = 2; number <= READERS_MAX; number += 1) {
      windows.asked(`reader ${number}`, 10 * number, number);
    }
    expect(windows.needed([])).toContain(0);
    expect(windows.needed([])).not.toContain(10);
    windows.asked('second', 10, 99);
    expect(windows.needed([])).toContain(10);
  });
});
