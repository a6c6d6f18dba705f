import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IdTable, mix } from './id-table.js';

const hashOf = (id: number) => mix(id, 7);

test('holds what a set holds, while it grows and shrinks', () => {
  const change = fc.record({ adds: fc.boolean(), count: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const table = new IdTable(hashOf);
      const set = new Set<number>();
      let next = 1;
      for (const { adds, count } of changes) {
        for (let at = 0; at < count && (adds || set.size > 0); at += 1) {
          const [oldest = 0] = set;
          if (adds) table.add(next, hashOf(next));
          else table.remove(oldest, hashOf(oldest));
          if (adds) set.add(next);
          else set.delete(oldest);
          if (adds) next += 1;
        }
        expect(table.size).toBe(set.size);
      }
      for (let id = 1; id < next; id += 1) {
        expect(table.find(hashOf(id), (other) => other === id)).toBe(set.has(id) ? id : 0);
      }
    }),
  );
});

test('many ids that went leave a large table behind: few that come meanwhile still fit', () => {
  const table = new IdTable(hashOf);
  for (let id = 1; id <= 10_000; id += 1) table.add(id, hashOf(id));
  for (let id = 1; id <= 9_990; id += 1) table.remove(id, hashOf(id));
  for (let id = 10_001; id <= 14_000; id += 1) table.add(id, hashOf(id));
  expect(table.size).toBe(4_010);
});
