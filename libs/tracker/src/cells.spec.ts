/** Columns that grow: by copying while they are small, in place when they are large. */
import { expect, test } from '@jest/globals';
import { scratchOf, withRoom } from './cells.js';

test.each([
  ['bytes', new Uint8Array(0)],
  ['numbers of 32 bits', new Uint32Array(0)],
  ['numbers with a fraction', new Float64Array(0)],
])('a column of %s keeps what is in it, however far it grows', (_name, empty) => {
  let cells = empty;
  for (let index = 0; index < 300_000; index += 1) {
    cells = withRoom(cells, index);
    cells[index] = index % 251;
  }
  expect(cells.every((value, at) => value === (at < 300_000 ? at % 251 : 0))).toBe(true);
});

test('a large column is never copied again', () => {
  const large = withRoom(new Uint32Array(0), 100_000);
  expect(withRoom(large, 5_000_000)).toBe(large);
  expect(large.length).toBeGreaterThan(5_000_000);
});

test('scratch cells come back as they are, or new', () => {
  const cells = new Uint16Array(100);
  expect(scratchOf(cells, 100)).toBe(cells);
  expect(scratchOf(cells, 101).length).toBeGreaterThan(100);
});
