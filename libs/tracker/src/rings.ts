/** Ids that belong together, each in one ring at most; only those in a ring with others take memory. */
import { withRoom } from './cells.js';

export class Rings {
  /** The neighbours of each id; 0 for an id that is alone. */
  #next = new Uint32Array(0);
  #previous = new Uint32Array(0);

  /** Adds an id that is alone as the last one of the ring that begins with `first`. */
  join(first: number, id: number): void {
    const last = this.#previous[first] || first;
    this.#link(last, id);
    this.#link(id, first);
  }

  /** Takes an id out of its ring; gives the one after it, 0 if it was alone. */
  leave(id: number): number {
    const next = this.#next[id] ?? 0;
    if (next === 0) return 0;
    const previous = this.#previous[id] ?? 0;
    if (next === previous) this.#clear(next);
    else this.#link(previous, next);
    this.#clear(id);
    return next;
  }

  /** The ids of a ring from `first` on, at most `most`. */
  from(first: number, most: number): number[] {
    const ids = [first];
    for (let id = this.#next[first] ?? 0; id !== 0 && id !== first; id = this.#next[id] ?? 0) {
      if (ids.length >= most) break;
      ids.push(id);
    }
    return ids;
  }

  #link(left: number, right: number): void {
    this.#next = withRoom(this.#next, left);
    this.#previous = withRoom(this.#previous, right);
    this.#next[left] = right;
    this.#previous[right] = left;
  }

  #clear(id: number): void {
    this.#next[id] = 0;
    this.#previous[id] = 0;
  }
}
