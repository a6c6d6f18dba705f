/** A map of bounded size that forgets what was touched longest ago, so that strangers cannot fill memory. */

export class Recent<K, V> {
  readonly #map = new Map<K, V>();

  constructor(private readonly entriesMax: number) {}

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  /** What was touched longest ago first. */
  entries(): IterableIterator<[K, V]> {
    return this.#map.entries();
  }

  set(key: K, value: V): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.entriesMax) return;
    for (const oldest of this.#map.keys()) {
      this.#map.delete(oldest);
      return;
    }
  }
}
