/** The deadline class: pieces that somebody waits for, the soonest needed first. They go before all others. */
import type { PeerId } from '@iwanto/wire';
import type { PieceTable } from './pieces.js';
import type { Source } from './source.js';

/** How much longer than the best a source may take and still be asked for what is needed next, in ms. */
const MARGIN_MS = 20;

export class Deadlines {
  #pieces: readonly number[] = [];
  #known = new Set<number>();

  constructor(
    private readonly table: PieceTable,
    private readonly sources: ReadonlyMap<PeerId, Source>,
  ) {}

  /** Replaces them by these, in this order. */
  set(pieces: readonly number[]): void {
    this.#pieces = pieces;
    this.#known = new Set(pieces);
  }

  has(piece: number): boolean {
    return this.#known.has(piece);
  }

  /** Whether there is one that no source is asked for. */
  get isAnyWanted(): boolean {
    return this.#pieces.some((piece) => this.table.isWanted(piece));
  }

  /** The first that no source is asked for and that this source would deliver in time. */
  pick(source: Source, nowMs: number): number | undefined {
    let rank = -1;
    for (const piece of this.#pieces) {
      if (this.table.isThere(piece)) continue;
      rank += 1;
      if (!this.table.isWanted(piece) || !this.#mayGive(source, piece)) continue;
      if (this.#isInTime(source, piece, { rank, nowMs })) return piece;
    }
    return undefined;
  }

  /** The further back a piece is, the later it is needed: a slow source is asked for what it can deliver by then. */
  #isInTime(
    source: Source,
    piece: number,
    { rank, nowMs }: { readonly rank: number; readonly nowMs: number },
  ): boolean {
    const bytes = this.table.bytesOf(piece);
    let bestMs = Infinity;
    for (const other of this.sources.values()) {
      if (other === source || !this.#mayGive(other, piece) || other.isPaused(nowMs)) continue;
      // A source that has not delivered yet and has a request open cannot be asked for more.
      if (!other.isProved && !other.hasRoom(bytes, nowMs)) continue;
      bestMs = Math.min(bestMs, other.bringsMs(bytes, nowMs));
    }
    return source.bringsMs(bytes, nowMs) <= bestMs * (1 + rank) + MARGIN_MS;
  }

  #mayGive(source: Source, piece: number): boolean {
    return source.holds(piece) && source.mayAsk(this.table.fileOf(piece));
  }
}
