/** Finds ids by the hash of what they stand for: a hash table that stores nothing but the ids themselves. */

const NONE = 0;
const REMOVED = 0xffff_ffff;
const SLOTS_MIN = 16;

/** Mixes the bits of a whole number, so that neighbours do not stand side by side. */
export function mix(value: number, seed: number): number {
  let bits = Math.imul(value ^ seed, 0x9e37_79b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85eb_ca77);
  return (bits ^ (bits >>> 13)) >>> 0;
}

/** Open addressing with linear probing; ids are whole numbers from 1 to 2^32 - 2. */
export class IdTable {
  #slots = new Uint32Array(SLOTS_MIN);
  #live = 0;
  #used = 0;

  /** `hashOf` says the hash of an id that is in the table: asked only when the table grows. */
  constructor(private readonly hashOf: (id: number) => number) {}

  get size(): number {
    return this.#live;
  }

  /** How many slots there are: for walking the table in slices with `at`. */
  get slots(): number {
    return this.#slots.length;
  }

  /** The id in a slot, 0 when it is empty. */
  at(slot: number): number {
    const id = this.#slots[slot] ?? NONE;
    return id === REMOVED ? NONE : id;
  }

  /** The id with this hash for which `is` holds, else 0. */
  find(hash: number, is: (id: number) => boolean): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? NONE;
      if (id === NONE) return NONE;
      if (id !== REMOVED && is(id)) return id;
    }
  }

  /** Adds an id that is not in the table. */
  add(id: number, hash: number): void {
    if ((this.#used + 1) * 4 > this.#slots.length * 3) this.#resize();
    this.#put(id, hash);
    this.#live += 1;
  }

  /** Takes out an id that is in the table. */
  remove(id: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== id) {
      if (this.#slots[slot] === NONE) return;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = REMOVED;
    this.#live -= 1;
  }

  #put(id: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== NONE && this.#slots[slot] !== REMOVED) slot = (slot + 1) & mask;
    if (this.#slots[slot] === NONE) this.#used += 1;
    this.#slots[slot] = id;
  }

  #resize(): void {
    const old = this.#slots;
    let length = SLOTS_MIN;
    while (length < (this.#live + 1) * 2) length *= 2;
    this.#slots = new Uint32Array(length);
    this.#used = 0;
    for (const id of old) if (id !== NONE && id !== REMOVED) this.#put(id, this.hashOf(id));
  }
}
