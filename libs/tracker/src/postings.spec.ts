/** Lists of numbers against plain arrays. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Postings } from './postings.js';

test('reads what was added, whatever the steps and the order of lists', () => {
  const step = fc.record({
    list: fc.nat({ max: 5 }),
    step: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 300 }), fc.nat({ max: 70_000 })),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400 }),
      fc.integer({ min: 1, max: 50 }),
      (steps, most) => {
        const postings = new Postings();
        const lists = new Map<number, number[]>();
        let entry = 1;
        for (const { list, step } of steps) {
          entry += step;
          postings.add(list, entry);
          const known = lists.get(list) ?? [];
          if (known.at(-1) !== entry) lists.set(list, [...known, entry]);
        }
        for (const [list, entries] of lists) {
          const reader = postings.reader(list);
          const read: number[] = [];
          const into = new Uint32Array(most);
          for (let count = -1; count !== 0;) {
            count = reader.read(into, most);
            read.push(...into.subarray(0, count));
          }
          expect(read).toEqual(entries);
        }
      },
    ),
  );
});

test('keeps a list that is longer than a page of blocks', () => {
  const postings = new Postings();
  for (let entry = 1; entry <= 400_000; entry += 1) postings.add(entry % 3, entry);
  const into = new Uint32Array(postings.countOf(1));
  postings.reader(1).read(into, into.length);
  expect([into[0], into[1], into.at(-1)]).toEqual([1, 4, 400_000]);
});
