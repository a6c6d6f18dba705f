/** Growing columns of numbers, and reusable ids: a million files must not be a million objects. */
import { TURN_STEPS_MAX } from '@iwanto/wire';

type Cells = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const CELLS_MIN = 1_024;
/** Columns of more bytes than this grow in place: copying a million cells would stop everything else. */
const COPIED_BYTES_MAX = 262_144;
/** A column grows by this part of itself, or by this many bytes: nothing is copied, so small steps suffice. */
const GROWN_PART = 1 / 16;
const GROWN_BYTES_MIN = 65_536;
/** Addresses set aside for one column, not memory: 2^28 entries of eight bytes. */
const COLUMN_BYTES_MAX = 2 ** 31;

/** The same cells if they have room for `index`, or can be given it in place; else a larger copy. */
export function withRoom<T extends Cells>(cells: T, index: number): T {
  if (index < cells.length) return cells;
  const { buffer, BYTES_PER_ELEMENT: cellBytes } = cells;
  const neededBytes = (index + 1) * cellBytes;
  if (neededBytes <= COPIED_BYTES_MAX) {
    const length = Math.max(CELLS_MIN, index + 1, Math.ceil(cells.length * 1.5));
    return copyOf(cells, new ArrayBuffer(length * cellBytes));
  }
  const moreBytes = Math.max(GROWN_BYTES_MIN, Math.floor(neededBytes * GROWN_PART));
  const bytes = Math.ceil((neededBytes + moreBytes) / cellBytes) * cellBytes;
  if (buffer instanceof ArrayBuffer && buffer.resizable) {
    buffer.resize(bytes);
    return cells;
  }
  return copyOf(cells, new ArrayBuffer(bytes, { maxByteLength: COLUMN_BYTES_MAX }));
}

/** Columns of the same rows are given room for so many rows at a time: to ask each of them for each row takes longer. */
export const ROOM_STEP = 1_024;

function copyOf<T extends Cells>(cells: T, buffer: ArrayBuffer): T {
  // The view has no length of its own: it grows with its buffer.
  const larger = new (cells.constructor as new (buffer: ArrayBuffer) => T)(buffer);
  larger.set(cells);
  return larger;
}

/** The same cells if they are at least `length`, else new and empty ones: for what is written again each time. */
export function scratchOf<T extends Cells>(cells: T, length: number): T {
  if (length <= cells.length) return cells;
  return new (cells.constructor as new (length: number) => T)(Math.ceil(length * 1.25));
}

/** Numbers that are collected one by one and forgotten together; the memory that they took is used again. */
export class Notes {
  numbers = new Uint32Array(CELLS_MIN);
  count = 0;

  add(number: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count] = number;
    this.count += 1;
  }

  /** Puts 0 into the cells that the numbers name, and forgets them. */
  clear(cells: Cells): void {
    for (let at = 0; at < this.count; at += 1) cells[this.numbers[at] ?? 0] = 0;
    this.count = 0;
  }
}

/** The numbers from 0 to `count`, in stretches of one turn each. */
export function* stretches(
  count: number,
): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < count; from += TURN_STEPS_MAX)
    yield { from, to: Math.min(count, from + TURN_STEPS_MAX) };
}

/** Small integers from 1 on; a released one is reused. 0 means "none" everywhere. */
export class IdPool {
  readonly #free: number[] = [];
  #last = 0;

  /** The largest id ever given out: the size that a column needs. */
  get last(): number {
    return this.#last;
  }

  get inUse(): number {
    return this.#last - this.#free.length;
  }

  take(): number {
    const again = this.#free.pop();
    if (again !== undefined) return again;
    this.#last += 1;
    return this.#last;
  }

  giveBack(id: number): void {
    this.#free.push(id);
  }
}
