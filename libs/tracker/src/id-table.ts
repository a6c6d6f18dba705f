/** Finds ids by the hash of what they stand for: a hash table that stores nothing but the ids themselves. */

const NONE = 0;
const REMOVED = 0xffff_ffff;
const SLOTS_MIN = 16;

/** Mixes the bits of an integer, so that neighbours do not end up side by side. */
export function mix(value: number, seed: number): number {
  let bits = Math.imul(value ^ seed, 0x9e37_79b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85eb_ca77);
  return (bits ^ (bits >>> 13)) >>> 0;
}

/** Slots of the smaller table that are moved with each addition: done long before the larger one is full. */
const MOVED_AT_ONCE = 16;

/**
 * Open addressing with linear probing; ids are whole numbers from 1 to 2^32 - 2. A table that grows is moved
 * bit by bit with later additions: a million ids moved together would stop everything else for a while.
 */
export class IdTable {
  #slots = new Uint32Array(SLOTS_MIN);
  /** The smaller table before, of which the slots below `#moved` are in `#slots` as well. */
  #old = new Uint32Array(0);
  #moved = 0;
  /** Ids in the smaller table that still have to be moved: the larger one must have space for them too. */
  #waiting = 0;
  #live = 0;
  #used = 0;

  /** `hashOf` returns the hash of an id that is in the table: called only when the table grows. */
  constructor(private readonly hashOf: (id: number) => number) {}

  get size(): number {
    return this.#live;
  }

  /** How many slots there are: for walking the table in slices with `at`. */
  get slots(): number {
    return this.#slots.length + this.#old.length;
  }

  /** The id in a slot, 0 when it is empty. */
  at(slot: number): number {
    const inOld = slot - this.#slots.length;
    if (inOld >= 0 && inOld < this.#moved) return NONE;
    const id = (inOld < 0 ? this.#slots[slot] : this.#old[inOld]) ?? NONE;
    return id === REMOVED ? NONE : id;
  }

  /** The id with this hash for which `is` holds, else 0. */
  find(hash: number, is: (id: number) => boolean): number {
    const found = findIn(this.#slots, hash, is);
    return found !== NONE || this.#old.length === 0 ? found : findIn(this.#old, hash, is);
  }

  /** Adds an id that is not in the table. */
  add(id: number, hash: number): void {
    if ((this.#used + this.#waiting + 1) * 4 > this.#slots.length * 3) this.#grow();
    this.#move(MOVED_AT_ONCE);
    this.#put(id, hash);
    this.#live += 1;
  }

  /** Takes out an id that is in the table. */
  remove(id: number, hash: number): void {
    const isHere = removeFrom(this.#slots, id, hash);
    const wasThere = this.#old.length > 0 && removeFrom(this.#old, id, hash);
    if (isHere || wasThere) this.#live -= 1;
    if (wasThere && !isHere) this.#waiting -= 1;
  }

  #put(id: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== NONE && this.#slots[slot] !== REMOVED) slot = (slot + 1) & mask;
    if (this.#slots[slot] === NONE) this.#used += 1;
    this.#slots[slot] = id;
  }

  #grow(): void {
    this.#move(this.#old.length);
    let length = SLOTS_MIN;
    while (length < (this.#live + 1) * 2) length *= 2;
    this.#old = this.#slots;
    this.#moved = 0;
    this.#waiting = this.#live;
    this.#slots = new Uint32Array(length);
    this.#used = 0;
  }

  #move(count: number): void {
    const end = Math.min(this.#old.length, this.#moved + count);
    for (; this.#moved < end; this.#moved += 1) {
      const id = this.#old[this.#moved] ?? NONE;
      if (id === NONE || id === REMOVED) continue;
      this.#waiting -= 1;
      this.#put(id, this.hashOf(id));
    }
    if (this.#old.length === 0 || this.#moved < this.#old.length) return;
    this.#old = new Uint32Array(0);
    this.#moved = 0;
  }
}

function findIn(slots: Uint32Array, hash: number, is: (id: number) => boolean): number {
  const mask = slots.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const id = slots[slot] ?? NONE;
    if (id === NONE) return NONE;
    if (id !== REMOVED && is(id)) return id;
  }
}

function removeFrom(slots: Uint32Array, id: number, hash: number): boolean {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== id) {
    if (slots[slot] === NONE) return false;
    slot = (slot + 1) & mask;
  }
  slots[slot] = REMOVED;
  return true;
}
