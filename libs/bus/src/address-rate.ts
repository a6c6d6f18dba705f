/** How many connections an address may open within a time. */
import { LINES_PER_WINDOW_MAX, LINES_WINDOW_MS } from './limits.js';

/** Addresses that are remembered; the oldest are forgotten. */
const ADDRESSES_MAX = 4_096;

export class AddressRate {
  readonly #windows = new Map<string, { startedMs: number; count: number }>();

  /** Counts one more connection of an address; false if it is beyond its rate. */
  allows(address: string): boolean {
    const nowMs = performance.now();
    const known = this.#windows.get(address);
    const current =
      known && nowMs - known.startedMs < LINES_WINDOW_MS ? known : { startedMs: nowMs, count: 0 };
    current.count += 1;
    this.#windows.delete(address);
    this.#windows.set(address, current);
    const oldest = this.#windows.keys().next();
    if (this.#windows.size > ADDRESSES_MAX && !oldest.done) this.#windows.delete(oldest.value);
    return current.count <= LINES_PER_WINDOW_MAX;
  }
}
