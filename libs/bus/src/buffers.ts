/** Buffers of one size that are reused: a fresh one each time costs page faults and collections. */

/** Buffers kept for the next use. */
const KEPT_MAX = 8;

export class Buffers {
  readonly #free: Buffer<ArrayBuffer>[] = [];

  constructor(private readonly bytes: number) {}

  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bytes);
  }

  /** Returns one that is no longer used. */
  give(buffer: Buffer<ArrayBuffer>): void {
    if (this.#free.length < KEPT_MAX) this.#free.push(buffer);
  }
}
