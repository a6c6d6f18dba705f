/** Columns of numbers that grow, and ids that are given out again: a million files must not be a million objects. */

type Cells = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const CELLS_MIN = 1_024;

/** The same cells, or a copy half as large again where `index` would lie beyond their end. */
export function withRoom<T extends Cells>(cells: T, index: number): T {
  if (index < cells.length) return cells;
  const length = Math.max(CELLS_MIN, index + 1, Math.ceil(cells.length * 1.5));
  const larger = new (cells.constructor as new (length: number) => T)(length);
  larger.set(cells);
  return larger;
}

/** The same cells where they are at least `length`, else new and empty ones: for what is written anew each time. */
export function scratchOf<T extends Cells>(cells: T, length: number): T {
  if (length <= cells.length) return cells;
  return new (cells.constructor as new (length: number) => T)(Math.ceil(length * 1.25));
}

/** Small whole numbers from 1 on; one that was given back is given out again. 0 means "none" everywhere. */
export class IdPool {
  readonly #free: number[] = [];
  #last = 0;

  /** The largest id ever given out: what a column must have room for. */
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
