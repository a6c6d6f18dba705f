/** What of a shared folder cannot be shared: all of it counted, the first ones named in the log, each once. */

/** Entries of one folder that are named in the log; the rest are only counted. */
const NAMED_MAX = 20;

export class Skipped {
  /** Since the last look at everything. */
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

  /** Everything is looked at again. */
  forget(): void {
    this.#present.clear();
  }
}

/** So many of something; nothing where there are none. */
export function counted(count: number, one: string, many: string, what: string): string {
  if (count === 0) return '';
  return `${count} ${count === 1 ? one : many} ${what}; the log names ${count === 1 ? 'it' : 'them'}`;
}
