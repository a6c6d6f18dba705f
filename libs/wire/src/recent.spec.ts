import { expect, test } from '@jest/globals';
import { forgetOldest, setRecent } from './recent.js';

test('what was set longest ago is forgotten first', () => {
  const map = new Map<string, number>();
  const put = (key: string, value: number) => setRecent(map, [key, value], 2);
  expect([put('a', 1), put('b', 2), put('a', 3), put('c', 4)]).toEqual([
    undefined,
    undefined,
    undefined,
    ['b', 2],
  ]);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
  expect(forgetOldest(map)).toEqual(['a', 3]);
  expect(forgetOldest(new Map())).toBeUndefined();
});
