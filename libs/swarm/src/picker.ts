/** Which piece a source is asked for next: urgent ones, then in order, or the rarest where peers still download too. */
import type { PieceTable } from './pieces.js';
import type { Source } from './source.js';

/** Pieces compared for the rarest, and looked at to find those: more would cost more than it gains. */
const COMPARED_MAX = 64;
const LOOKED_AT_MAX = 4_096;

export class Picker {
  /** How many sources that do not have everything have a piece. */
  #holders = new Uint16Array(1_024);
  #partialSources = 0;
  #urgent: readonly number[] = [];
  #random: number;

  /** `seed` decides where the search begins, so that many who begin together do not all ask for the same; 0: at the first piece. */
  constructor(
    private readonly pieces: PieceTable,
    seed: number,
  ) {
    this.#random = seed >>> 0;
  }

  /** A source that does not have everything came (1) or went (-1). */
  countPartial(change: 1 | -1): void {
    this.#partialSources += change;
  }

  /** One of those has this piece (1), or is gone (-1). */
  count(piece: number, change: 1 | -1): void {
    if (piece >= this.#holders.length) this.#grow(piece + 1);
    this.#holders[piece] = (this.#holders[piece] ?? 0) + change;
  }

  /** These pieces first, in this order. */
  hurry(pieces: readonly number[]): void {
    this.#urgent = pieces;
  }

  /** A piece that nobody is asked for and that this source has. */
  pick(source: Source): number | undefined {
    if (this.pieces.wantedTotal === 0) return undefined;
    return this.#pickUrgent(source) ?? this.#pickOther(source);
  }

  #pickUrgent(source: Source): number | undefined {
    if (this.#urgent.length === 0) return undefined;
    this.#urgent = this.#urgent.filter((piece) => !this.pieces.isThere(piece));
    return this.#urgent.find(
      (piece) => this.pieces.isWanted(piece) && this.#mayGive(source, piece),
    );
  }

  #pickOther(source: Source): number | undefined {
    source.cursor ??= this.#draw(this.pieces.count);
    const isSwarm = this.#partialSources > 0;
    const from = isSwarm && source.holdsAll ? this.#draw(this.pieces.count) : source.cursor;
    return this.#rarestFrom(source, from, isSwarm ? COMPARED_MAX : 1);
  }

  #rarestFrom(source: Source, from: number, comparedMax: number): number | undefined {
    let rarest: number | undefined;
    let fewest = Infinity;
    let compared = 0;
    let lookedAt = 0;
    for (const piece of this.pieces.wantedFrom(from, (file) => source.mayAsk(file))) {
      lookedAt += 1;
      if (source.holds(piece)) {
        compared += 1;
        const holders = this.#holders[piece] ?? 0;
        if (holders < fewest) [rarest, fewest] = [piece, holders];
      }
      if (compared >= comparedMax || fewest === 0) break;
      if (lookedAt < LOOKED_AT_MAX) continue;
      source.cursor = piece + 1;
      break;
    }
    return rarest;
  }

  #mayGive(source: Source, piece: number): boolean {
    return source.holds(piece) && source.mayAsk(this.pieces.fileOf(piece));
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
