/** Where each reader of a content is, and which pieces are needed for that, the soonest first. Pure. */

/** A reader that asked for nothing so long has gone, in ms. */
export const SILENT_MS = 10_000;
/** Pieces fetched ahead of all readers together: what is read lies in memory. */
const AHEAD_MAX = 16;

interface Reader {
  /** The piece it asked for last. */
  at: number;
  /** Pieces fetched ahead of it: one at first, twice as many with each piece that it goes on. */
  ahead: number;
  askedMs: number;
}

export class ReadWindows {
  readonly #readers = new Map<string, Reader>();
  #first: readonly number[] = [];

  constructor(private readonly pieces: number) {}

  get readers(): number {
    return this.#readers.size;
  }

  has(reader: string): boolean {
    return this.#readers.has(reader);
  }

  /** A reader wants this piece now. Who jumps is given little ahead: it may jump again. */
  asked(reader: string, piece: number, nowMs: number): void {
    const known = this.#readers.get(reader);
    const isNear = known !== undefined && piece >= known.at && piece <= known.at + known.ahead;
    if (!known || !isNear) {
      const isBack = known !== undefined && piece === known.at - 1;
      // Questions that are asked together may arrive in another order.
      if (known && isBack) known.askedMs = nowMs;
      else this.#readers.set(reader, { at: piece, ahead: 1, askedMs: nowMs });
      return;
    }
    if (piece > known.at) known.ahead = Math.min(AHEAD_MAX, 2 * known.ahead);
    known.at = piece;
    known.askedMs = nowMs;
  }

  /** These are needed soon whoever reads: where a film begins, and where its index may be. */
  warm(pieces: readonly number[]): void {
    this.#first = pieces;
  }

  release(reader: string): void {
    this.#readers.delete(reader);
  }

  /** Readers that went away without a word: true where there was one. */
  forgetSilent(nowMs: number): boolean {
    const before = this.#readers.size;
    for (const [reader, { askedMs }] of this.#readers) {
      if (nowMs - askedMs >= SILENT_MS) this.#readers.delete(reader);
    }
    return this.#readers.size < before;
  }

  /** `waited`: pieces that a question is open for, in the order of asking. */
  needed(waited: Iterable<number>): number[] {
    const needed = new Set([...waited, ...this.#first]);
    const share = Math.max(1, Math.floor(AHEAD_MAX / Math.max(1, this.#readers.size)));
    for (let step = 0; step <= share; step += 1) {
      for (const { at, ahead } of this.#readers.values()) {
        if (step <= ahead && at + step < this.pieces) needed.add(at + step);
      }
    }
    return [...needed];
  }
}
