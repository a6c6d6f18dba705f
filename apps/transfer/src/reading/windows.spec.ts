/** What is fetched ahead of readers. */
import { describe, expect, test } from '@jest/globals';
import { READERS_MAX, ReadWindows } from './windows.js';

describe('what is needed', () => {
  test('of a reader that jumps: its piece alone; ahead of one that goes on: more with each piece', () => {
    const windows = new ReadWindows(100);
    windows.asked('a', 50, 0);
    expect(windows.needed([])).toEqual([50]);
    windows.asked('a', 50, 1);
    expect(windows.needed([])).toEqual([50, 51]);
    windows.asked('a', 51, 2);
    expect(windows.needed([])).toEqual([51, 52, 53]);
    windows.asked('a', 52, 3);
    expect(windows.needed([])).toEqual([52, 53, 54, 55, 56]);
    windows.asked('a', 9, 4);
    expect(windows.needed([])).toEqual([9]);
  });

  test('a question that was overtaken by the next one is no jump', () => {
    const windows = new ReadWindows(100);
    windows.asked('a', 51, 0);
    windows.asked('a', 51, 0);
    windows.asked('a', 50, 1);
    expect(windows.needed([])).toEqual([51, 52]);
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
