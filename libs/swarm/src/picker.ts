/**
 * Which piece a source is asked for next when nobody waits for one: in order, or the rarest if peers are still
 * downloading too.
 */
import { PIECE_BYTES, type PeerId } from '@iwanto/wire';
import type { PieceTable } from './pieces.js';
import type { Shares } from './shares.js';
import type { Source } from './source.js';

/** Pieces compared for the rarest, and examined to find those: more would cost more than it gains. */
const COMPARED_MAX = 64;
const LOOKED_AT_MAX = 4_096;
/** What others will fetch, or already have, is requested from a full holder only this many pieces at a time. */
const FOREIGN_ASKS_MAX = 2;

export class Picker {
  /** How many partial sources have a piece. */
  #holders = new Uint16Array(1_024);
  #partialSources = 0;
  /** How many others may precede this peer in the order of those that fetch a piece from outside. */
  #reach = 0;
  #waits = false;
  #random: number;

  /** `seed` decides where the search begins, so that peers that start together do not all ask for the same; 0: at the first piece. */
  constructor(
    private readonly pieces: PieceTable,
    private readonly shares: Shares,
    seed: number,
  ) {
    this.#random = seed >>> 0;
  }

  /** A partial source came (1) or went (-1). */
  countPartial(change: 1 | -1): void {
    this.#partialSources += change;
  }

  /** A partial source has this piece (1), or is gone (-1). */
  count(piece: number, change: 1 | -1): void {
    if (piece >= this.#holders.length) this.#grow(piece + 1);
    this.#holders[piece] = (this.#holders[piece] ?? 0) + change;
  }

  /** What a partial source has no longer counts: it is gone, or now has everything. */
  uncount(source: Source): void {
    if (source.holdsAll) return;
    for (const piece of source.held) this.count(piece, -1);
    this.countPartial(-1);
    this.shares.leave(source.id);
  }

  /** A partial source said what it has: it downloads as well. */
  joins(peer: PeerId): void {
    this.shares.join(peer);
  }

  /** Whether a full holder is left idle, because what is missing is for others to fetch. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Time has passed: peers that were waited for in vain are not waited for any longer. */
  timePassed(): void {
    if (this.#waits) this.#reach = 2 * this.#reach + 1;
    this.#waits = false;
  }

  /** Another downloader sent a piece: waiting for them pays off. */
  shared(): void {
    this.#reach = 0;
    this.#waits = false;
  }

  /** A piece that no source is asked for and that this source has; null if it has one but should be asked later. */
  pick(source: Source, sources: Iterable<Source>): number | null | undefined {
    if (this.pieces.wantedTotal === 0) return undefined;
    source.cursor ??= this.#draw(this.pieces.count);
    if (this.#partialSources === 0) return this.#rarestFrom(source, source.cursor, () => 0);
    if (source.holdsAll) return this.#pickOfAll(source, sources);
    return this.#rarestFrom(source, source.cursor, (piece) => this.#holders[piece] ?? 0);
  }

  /**
   * All downloaders ask a full holder: each for its own share. What others already have, or
   * will have, is asked of it only if they take long.
   */
  #pickOfAll(source: Source, sources: Iterable<Source>): number | null | undefined {
    const mayCopy = this.#reach > 0 || isMuchFaster(source, sources);
    let isAnyLeft = false;
    const costOf = (piece: number) => {
      const holders = this.#holders[piece] ?? 0;
      const before = holders > 0 ? 0 : this.shares.before(piece);
      const isAllowed = holders > 0 ? mayCopy : before <= this.#reach;
      isAnyLeft ||= !isAllowed;
      return isAllowed ? 2 * holders + Math.min(1, before) : Infinity;
    };
    const piece = this.#rarestFrom(source, this.#draw(this.pieces.count), costOf);
    if (piece === undefined) {
      this.#waits ||= isAnyLeft && source.asks.size === 0;
      return isAnyLeft ? null : undefined;
    }
    return costOf(piece) > 0 && source.asks.size >= FOREIGN_ASKS_MAX ? null : piece;
  }

  /** The first piece without cost, else the cheapest of some. */
  #rarestFrom(source: Source, from: number, costOf: (piece: number) => number): number | undefined {
    let rarest: number | undefined;
    let least = Infinity;
    let compared = 0;
    let lookedAt = 0;
    for (const piece of this.pieces.wantedFrom(from, (file) => source.mayAsk(file))) {
      lookedAt += 1;
      if (source.holds(piece)) {
        compared += 1;
        const cost = costOf(piece);
        if (cost < least) [rarest, least] = [piece, cost];
      }
      if (compared >= COMPARED_MAX || least === 0) break;
      if (lookedAt < LOOKED_AT_MAX) continue;
      source.cursor = piece + 1;
      break;
    }
    return rarest;
  }

  /** Marsaglia's xorshift: good enough to spread requests. */
  #draw(below: number): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return below === 0 ? 0 : (this.#random >>> 0) % below;
  }

  #grow(count: number): void {
    const larger = new Uint16Array(Math.max(count, this.#holders.length * 2));
    larger.set(this.#holders);
    this.#holders = larger;
  }
}

/** Whether it would deliver a piece in half the time of the best other downloader. */
function isMuchFaster(source: Source, sources: Iterable<Source>): boolean {
  let bestMs = Infinity;
  for (const other of sources) {
    if (!other.holdsAll) bestMs = Math.min(bestMs, other.expectMs(PIECE_BYTES));
  }
  return 2 * source.expectMs(PIECE_BYTES) < bestMs;
}
