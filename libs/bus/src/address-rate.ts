/** How many connections an address may open within a time. */

/** New connections one address may open within `RATE_WINDOW_MS`. */
const CONNECTIONS_PER_WINDOW_MAX = 200;
const RATE_WINDOW_MS = 10_000;
/** Addresses that are remembered; the oldest are forgotten. */
const ADDRESSES_MAX = 4_096;

export class AddressRate {
  readonly #windows = new Map<string, { startedMs: number; count: number }>();

  /** Counts one more connection of an address; false where it is beyond its rate. */
  allows(address: string): boolean {
    const nowMs = performance.now();
    const known = this.#windows.get(address);
    const current =
      known && nowMs - known.startedMs < RATE_WINDOW_MS ? known : { startedMs: nowMs, count: 0 };
    current.count += 1;
    this.#windows.delete(address);
    this.#windows.set(address, current);
    const oldest = this.#windows.keys().next();
    if (this.#windows.size > ADDRESSES_MAX && !oldest.done) this.#windows.delete(oldest.value);
    return current.count <= CONNECTIONS_PER_WINDOW_MAX;
  }
}
