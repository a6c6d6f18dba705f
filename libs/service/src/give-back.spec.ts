import { expect, test } from '@jest/globals';
import { Rests } from './give-back.js';

test('memory is given back once after the start, and once after each large piece of work', () => {
  const rests = new Rests();
  const looks = [900, 800, 50, 50, 150, 50, 1_900, 30, 900, 800, 600, 90, 10];
  expect(looks.filter((usedMs) => rests.isDue(usedMs))).toEqual([50, 90]);
  expect([1_900, 30, 900, 40].map((usedMs) => rests.isDue(usedMs))).toEqual([
    ...[false, false, false, true],
  ]);
});
