/** Buffers of one piece that are used again and again: a fresh one each time costs page faults and collections. */
import { PIECE_BYTES } from '@iwanto/wire';

/** Buffers kept for the next piece. */
const KEPT_MAX = 8;

export class PieceBuffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** Nobody uses it any more. */
  give(buffer: Buffer): void {
    if (this.#free.length < KEPT_MAX) this.#free.push(buffer);
  }
}
