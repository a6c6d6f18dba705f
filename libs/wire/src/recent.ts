/** Maps of bounded size that forget the least recently used entry, so that strangers cannot fill memory. */

/** Forgets the least recently used entry (maps keep the order of insertion), and returns it. */
export function forgetOldest<K, V>(map: Map<K, V>): [K, V] | undefined {
  for (const entry of map) {
    map.delete(entry[0]);
    return entry;
  }
  return undefined;
}

/** Sets an entry as the most recently used; returns the one that was forgotten for it. */
export function setRecent<K, V>(
  map: Map<K, V>,
  [key, value]: readonly [K, V],
  entriesMax: number,
): [K, V] | undefined {
  map.delete(key);
  map.set(key, value);
  return map.size > entriesMax ? forgetOldest(map) : undefined;
}

/** The same as a map of its own. */
export class Recent<K, V> {
  readonly #map = new Map<K, V>();

  constructor(private readonly entriesMax: number) {}

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  /** The least recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.#map.entries();
  }

  set(key: K, value: V): void {
    setRecent(this.#map, [key, value], this.entriesMax);
  }

  /** Returns an entry and forgets it. */
  take(key: K): V | undefined {
    const value = this.#map.get(key);
    this.#map.delete(key);
    return value;
  }
}
