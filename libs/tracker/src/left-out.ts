/** The paths of one peer that exceeded its limit: each counted once, however often it changes. */
import { mix } from './id-table.js';

/** Paths that are told apart; of more it is only counted how often one was left out. */
const KNOWN_MAX = 65_536;

export class LeftOut {
  /** By a number made of each: two paths of one number are a file that is not counted, and nothing else. */
  readonly #known = new Set<number>();
  #others = 0;

  get count(): number {
    return this.#known.size + this.#others;
  }

  add(path: string): void {
    const key = keyOf(path);
    if (this.#known.has(key)) return;
    if (this.#known.size < KNOWN_MAX) this.#known.add(key);
    else this.#others += 1;
  }

  /** The path has found a place, or is gone. */
  remove(path: string): void {
    if (this.#known.size > 0) this.#known.delete(keyOf(path));
  }

  clear(): void {
    this.#known.clear();
    this.#others = 0;
  }
}

function keyOf(path: string): number {
  let key = path.length;
  for (let at = 0; at < path.length; at += 1) key = mix(path.charCodeAt(at), key);
  return key;
}
