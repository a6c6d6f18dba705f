import { expect, test } from '@jest/globals';
import { Rests } from './give-back.js';

const MIB = 1_048_576;

test('memory is given back once after the start, and once after each large piece of work', () => {
  const rests = new Rests();
  const isDue = (usedMs: number) => rests.isDue({ usedMs, bufferBytes: MIB });
  const looks = [900, 800, 50, 50, 150, 50, 1_900, 30, 900, 800, 600, 90, 10];
  expect(looks.filter(isDue)).toEqual([50, 90]);
  expect([1_900, 30, 900, 40].map(isDue)).toEqual([false, false, false, true]);
});

test('HOSTILE 177: and once after buffers have grown, however little work that was', () => {
  const rests = new Rests();
  const isDue = (mebibytes: number, usedMs = 10) =>
    rests.isDue({ usedMs, bufferBytes: mebibytes * MIB });
  expect(isDue(8)).toBe(true);
  // While they are needed there is no rest.
  expect([8, 20, 130].map((mebibytes) => isDue(mebibytes, 500))).toEqual([false, false, false]);
  expect(isDue(130)).toBe(true);
  // What is there afterwards is in use.
  expect([120, 120, 130, 153].map((mebibytes) => isDue(mebibytes))).toEqual([
    ...[false, false, false, true],
  ]);
});
