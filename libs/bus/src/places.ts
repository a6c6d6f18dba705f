/**
 * The connections that a port holds: bounded in all and per address. If all places are taken, a newcomer gets that of
 * a stranger whose address has at least as many: whoever fills the port shuts out itself, and no peer that is trusted.
 */
import type { Standing } from './door-list.js';

export interface PlacesMax {
  readonly all: number;
  readonly ofAddress: number;
}

export interface Guest {
  readonly address: string;
  /** What its other end is now: a stranger until it has proved its key. */
  standing(): Standing;
  /** Ends the connection; it is `release`d when it is closed. */
  leave(): void;
}

export class Places {
  readonly #guests = new Set<Guest>();
  /** They were ended, and hold no place any more. */
  readonly #leaving = new Set<Guest>();
  readonly #ofAddress = new Map<string, number>();

  constructor(private readonly max: PlacesMax) {}

  /** Takes a place for it; false if there is none. */
  admit(guest: Guest): boolean {
    const count = this.#count(guest.address) + 1;
    if (count > this.max.ofAddress || this.#guests.size >= 2 * this.max.all) return false;
    if (this.#guests.size - this.#leaving.size >= this.max.all) {
      const other = this.#whoLeaves(count);
      if (!other) return false;
      this.#leaving.add(other);
      other.leave();
    }
    this.#guests.add(guest);
    this.#ofAddress.set(guest.address, count);
    return true;
  }

  release(guest: Guest): void {
    if (!this.#guests.delete(guest)) return;
    this.#leaving.delete(guest);
    const left = this.#count(guest.address) - 1;
    if (left > 0) this.#ofAddress.set(guest.address, left);
    else this.#ofAddress.delete(guest.address);
  }

  #count(address: string): number {
    return this.#ofAddress.get(address) ?? 0;
  }

  /** For a newcomer whose address then has `count`. Members only give way if one address has more than others. */
  #whoLeaves(count: number): Guest | undefined {
    let found: { readonly guest: Guest; readonly weight: number } | undefined;
    for (const guest of this.#guests) {
      if (this.#leaving.has(guest)) continue;
      const standing = guest.standing();
      const has = this.#count(guest.address);
      const isStranger = standing === 'stranger';
      if (standing === 'trusted' || has < (isStranger ? count : count + 1)) continue;
      const weight = has + (isStranger ? this.max.all : 0);
      if (!found || weight > found.weight) found = { guest, weight };
    }
    return found?.guest;
  }
}
