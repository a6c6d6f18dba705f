/** Entries of a shared folder that cannot be shared: all are counted, the first ones are named in the log, each once. */

/** Entries of one folder that are named in the log; the rest are only counted. */
const NAMED_MAX = 20;

export class Skipped {
  /** Since the last full scan. */
  readonly #present = new Set<string>();
  readonly #named = new Set<string>();

  constructor(private readonly onTrouble: (sentence: string) => void) {}

  get size(): number {
    return this.#present.size;
  }

  add(path: string, why: string): void {
    this.#present.add(path);
    if (this.#named.size >= NAMED_MAX || this.#named.has(path)) return;
    this.#named.add(path);
    this.onTrouble(`${path} is not shared: ${why}.`);
  }

  /** A full scan begins. */
  forget(): void {
    this.#present.clear();
  }
}

/** A count with its noun; empty for none. */
export function counted(count: number, one: string, many: string, what: string): string {
  if (count === 0) return '';
  return `${count} ${count === 1 ? one : many} ${what}; the log names ${count === 1 ? 'it' : 'them'}`;
}
