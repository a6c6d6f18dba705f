/** Examples in the help: what is to be typed is one line that can be copied. */
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../table.js';
import { outlineOf } from './outline.js';

/** The help gives the examples about half of its 100 columns, and breaks what is longer. */
const CHARACTERS_MAX = 45;

test('no example is broken into two lines', async () => {
  const examples: string[] = [];
  // One after the other: under Node.js 22, jest's loader of modules does not link two at the same time.
  for (const row of COMMANDS) {
    const outline = await outlineOf(row);
    examples.push(...outline.examples.map(({ command }) => command));
  }
  expect(examples.length).toBeGreaterThan(40);
  expect(examples.filter(({ length }) => length > CHARACTERS_MAX)).toEqual([]);
});
