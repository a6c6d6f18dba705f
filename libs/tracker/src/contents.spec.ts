/** Contents against a plain map, also if many claims are made about one hash. */
import { afterEach, expect, jest, test } from '@jest/globals';
import type { FileHash, Kind } from '@iwanto/wire';
import fc from 'fast-check';
import { type ContentKey, Contents } from './contents.js';
import { IdTable } from './id-table.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const hashOf = (at: number) => at.toString(16).padStart(64, '0') as FileHash;
const textOf = ({ hash, size, kind }: ContentKey) => `${hash} ${size} ${kind}`;

test('finds what is there by its hash, whatever is claimed about that, and whatever is forgotten', () => {
  const key = fc.record({
    hash: fc.nat({ max: 3 }).map(hashOf),
    size: fc.oneof(fc.nat({ max: 4 }), fc.constant(2 ** 33 + 1)),
    kind: fc.constantFrom<Kind>('file', 'directory'),
  });
  const step = fc.record({ key, isThere: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const contents = new Contents(7);
      const ids = new Map<string, number>();
      for (const { key: wanted, isThere } of steps) {
        const known = ids.get(textOf(wanted));
        if (isThere) {
          const id = contents.need(wanted);
          if (known !== undefined) expect(id).toBe(known);
          ids.set(textOf(wanted), id);
        } else if (known !== undefined) {
          contents.forget(known);
          ids.delete(textOf(wanted));
        }
      }
      for (let at = 0; at <= 3; at += 1) {
        const found = contents.withHash(hashOf(at), Infinity);
        const expected = [...ids].filter(([text]) => text.startsWith(hashOf(at)));
        expect(found.toSorted()).toEqual(expected.map(([, id]) => id).toSorted());
        for (const id of found) expect(contents.hashOf(id)).toBe(hashOf(at));
      }
    }),
  );
});

test('HOSTILE 217: a claim about a hash costs the same however many there are', () => {
  const claims = 3_000;
  let looks = 0;
  const find = Object.getOwnPropertyDescriptor(IdTable.prototype, 'find')?.value as IdTable['find'];
  jest.spyOn(IdTable.prototype, 'find').mockImplementation(function (this: IdTable, hash, is) {
    return find.call(this, hash, (id) => {
      looks += 1;
      return is(id);
    });
  });
  const contents = new Contents(7);
  for (let size = 0; size < claims; size += 1)
    contents.need({ hash: hashOf(1), size, kind: 'file' });
  expect(looks).toBeLessThan(claims * 20);
  expect(contents.withHash(hashOf(1), 100)).toHaveLength(100);
});
