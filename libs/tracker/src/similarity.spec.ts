/** The distance of two words, against the textbook table. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMPARED_CHARACTERS_MAX, distance, lettersOf, mayBeNear } from './similarity.js';

/** The whole table, without shortcuts. */
function slowDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(i - 2, j - 2) + 1);
      }
      (table[i] as number[])[j] = cost;
    }
  }
  return at(a.length, b.length);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 12 });

describe('distance', () => {
  test.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'acb', 1],
    ['knight', 'kinght', 1],
    ['knight', 'nite', 4],
    ['', 'ab', 2],
  ])('from %p to %p is %p', (a, b, edits) => {
    expect(distance(a, b, 5)).toBe(edits);
  });

  test('is what the whole table says, up to the limit', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 6 }), (a, b, limit) => {
        expect(distance(a, b, limit)).toBe(Math.min(limit + 1, slowDistance(a, b)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('the letters never tell two words apart that are near', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, limit) => {
        const isNear = slowDistance(a, b) <= limit;
        expect(!isNear || mayBeNear(lettersOf(a), lettersOf(b), limit)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('compares only the beginning of very long words', () => {
    const long = 'x'.repeat(10_000);
    expect(distance(long, `${long.slice(0, COMPARED_CHARACTERS_MAX)}yyy`, 3)).toBe(0);
  });
});
