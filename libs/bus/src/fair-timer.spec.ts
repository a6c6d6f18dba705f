import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { FairTimer } from './fair-timer.js';

test('a time that has passed is over in the next turn, without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  await new Promise<void>((over) => void new FairTimer(-6, over));
  await nextTurn();
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
