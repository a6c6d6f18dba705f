/** Keeps a rate: says how long to wait for each batch of bytes. Pure: times come in, waits come out. */

/** What may pass immediately after a pause, in ms of the rate. */
const BURST_MS = 250;

export class Pace {
  /** When the bytes taken so far will have passed. */
  #freeMs = -Infinity;

  /** `bytesPerSecond` is asked for each time: the limit may change while bytes flow. */
  constructor(private readonly bytesPerSecond: () => number | undefined) {}

  /** In how many ms this many bytes count as passed; 0 without a limit. */
  take(bytes: number, nowMs: number): number {
    const rate = this.bytesPerSecond();
    if (rate === undefined) {
      this.#freeMs = -Infinity;
      return 0;
    }
    this.#freeMs = Math.max(this.#freeMs, nowMs - BURST_MS) + (bytes * 1_000) / rate;
    return Math.max(0, this.#freeMs - nowMs);
  }
}
