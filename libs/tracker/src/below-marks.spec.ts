/** Folders below marked ones are found by climbing and by looking at all in their order, with the same result. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allTurns } from '@iwanto/wire';
import { BelowMarks } from './below-marks.js';
import { NameIndex } from './name-index.js';
import { nameText } from './tokens.js';

const FEW = 0;
const VERY_MANY = 1_000_000;

/** A tree whose node n is in folder `parents[n - 1]`, which is smaller than n; 0 is the top. */
const trees = fc
  .array(fc.nat(), { minLength: 1, maxLength: 60 })
  .map((numbers) => numbers.map((number, at) => number % (at + 1)));

function indexOf(parents: readonly number[]): NameIndex {
  const index = new NameIndex(7);
  parents.forEach((parent, at) => index.add(at + 1, parent, nameText(`name ${at}`)));
  return index;
}

/** True if one of `marked` is the node or above it. */
function isUnder(parents: readonly number[], marked: ReadonlySet<number>, node: number): boolean {
  for (let at = node; at !== 0; at = parents[at - 1] ?? 0) if (marked.has(at)) return true;
  return false;
}

test.each([FEW, VERY_MANY])('with %d questions ahead', (questions) => {
  const below = new BelowMarks();
  fc.assert(
    fc.property(trees, fc.array(fc.nat()), (parents, picks) => {
      const index = indexOf(parents);
      const numberOf = (node: number) => index.folderNumber(index.entryOf(node));
      const folders = parents.map((_, at) => at + 1).filter((node) => numberOf(node) !== 0);
      const marked = new Set(picks.flatMap((pick) => folders[pick % folders.length] ?? []));
      below.makeRoom(index);
      for (const node of marked) below.mark(numberOf(node));
      allTurns(below.prepare(index, questions));
      for (const node of folders)
        expect(below.isBelow(index, numberOf(node))).toBe(isUnder(parents, marked, node));
      expect(below.isBelow(index, 0)).toBe(false);
      // The next tree finds nothing of this one.
      allTurns(below.clear());
    }),
  );
});

test('a folder has a number as soon as something is in it, and knows its folder and its own name', () => {
  const index = indexOf([0, 1, 2, 0]);
  const [top, inner] = [index.folderOf(index.entryOf(2)), index.folderOf(index.entryOf(3))];
  expect([top, inner, index.lastFolder]).toEqual([1, 2, 2]);
  expect([index.folderAbove(inner), index.folderAbove(top)]).toEqual([top, 0]);
  expect(index.entryOfFolder(inner)).toBe(index.entryOf(2));
  expect(index.folderNumber(index.entryOf(4))).toBe(0);
});
