/** Where each reader of a content is, and which pieces are needed for that, the soonest first. Pure. */
import { setRecent } from '@iwanto/wire';

/** A reader that has asked for nothing for this long is gone, in ms. */
export const SILENT_MS = 10_000;
/** Readers of one content; the one that asked longest ago is forgotten for another. */
export const READERS_MAX = 16;
/** Pieces fetched ahead of all readers together: what is read is kept in memory. */
const AHEAD_MAX = 16;
/** Consecutive pieces that a reader asks for before anything is fetched ahead of it: a frame may span two. */
const ALONE = 2;

interface Place {
  /** The piece it asked for last. */
  readonly at: number;
  /** Consecutive pieces it has asked for since it got there. */
  readonly run: number;
}

interface Reader extends Place {
  readonly askedMs: number;
}

export class ReadWindows {
  readonly #readers = new Map<string, Reader>();
  #first: readonly number[] = [];

  constructor(private readonly pieces: number) {}

  /** A reader wants this piece now. */
  asked(reader: string, piece: number, nowMs: number): void {
    const place = moved(this.#readers.get(reader), piece);
    setRecent(this.#readers, [reader, { ...place, askedMs: nowMs }], READERS_MAX);
  }

  /** These are needed soon by every reader: where a film begins, and where its index may be. */
  warm(pieces: readonly number[]): void {
    this.#first = pieces;
  }

  release(reader: string): void {
    this.#readers.delete(reader);
  }

  /** Drops readers that went away silently: true if there was one. */
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
      for (const reader of this.#readers.values()) {
        const { at } = reader;
        if (step <= aheadOf(reader) && at + step < this.pieces) needed.add(at + step);
      }
    }
    return [...needed];
  }
}

/** A reader that jumps gets nothing ahead: it may jump again. */
function moved(known: Place | undefined, piece: number): Place {
  if (!known) return { at: piece, run: 0 };
  // Questions asked at the same time may arrive in another order.
  if (piece === known.at || piece === known.at - 1) return known;
  const isNear = piece > known.at && piece <= known.at + Math.max(1, aheadOf(known));
  return { at: piece, run: isNear ? known.run + 1 : 0 };
}

/** Nothing for a reader of one piece and the next; then twice as much with each piece. */
function aheadOf({ run }: Place): number {
  return run < ALONE ? 0 : Math.min(AHEAD_MAX, 2 ** (run - ALONE));
}
