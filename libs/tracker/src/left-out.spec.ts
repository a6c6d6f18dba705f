/** What a peer has beyond its limit is counted without remembering all of it. */
import { expect, test } from '@jest/globals';
import { LeftOut } from './left-out.js';

test('paths are told apart up to a limit, and beyond it still counted', () => {
  const leftOut = new LeftOut();
  const path = (at: number) => `folder/file ${at}`;
  for (let round = 0; round < 2; round += 1)
    for (let at = 0; at < 60_000; at += 1) leftOut.add(path(at));
  // Two of so many may have one number.
  expect(leftOut.count).toBeGreaterThan(59_990);
  expect(leftOut.count).toBeLessThanOrEqual(60_000);
  for (let at = 60_000; at < 100_000; at += 1) leftOut.add(path(at));
  expect(leftOut.count).toBeGreaterThan(99_990);
  for (let at = 0; at < 100_000; at += 1) leftOut.remove(path(at));
  expect(leftOut.count).toBeLessThan(40_000);
  leftOut.clear();
  expect(leftOut.count).toBe(0);
});
