/** Verified pieces of one content in memory; the least recently used ones are dropped, but none that is needed. */

/** Pieces of 1 MiB kept for one content. */
export const CACHED_MAX = 32;

interface Put {
  readonly copy: Uint8Array;
  readonly gone: number[];
}

export class PieceCache {
  readonly #pieces = new Map<number, Buffer<ArrayBuffer>>();

  /** Its bytes, which nobody changes; the piece counts as used. */
  get(piece: number): Buffer<ArrayBuffer> | undefined {
    const body = this.#pieces.get(piece);
    if (body) {
      this.#pieces.delete(piece);
      this.#pieces.set(piece, body);
    }
    return body;
  }

  entries(): Iterable<readonly [number, Uint8Array]> {
    return this.#pieces.entries();
  }

  /** Keeps a copy, and returns it with the pieces that were dropped for it. */
  put(piece: number, body: Uint8Array, isNeeded: (piece: number) => boolean): Put {
    const copy = Buffer.allocUnsafeSlow(body.length);
    copy.set(body);
    this.#pieces.set(piece, copy);
    const gone: number[] = [];
    for (const old of this.#pieces.keys()) {
      if (this.#pieces.size <= CACHED_MAX) break;
      if (old === piece || isNeeded(old)) continue;
      this.#pieces.delete(old);
      gone.push(old);
    }
    return { copy, gone };
  }
}
