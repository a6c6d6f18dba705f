/** Which piece a source is asked for next when nobody waits for one: in order, or the rarest where peers still download too. */
import type { PieceTable } from './pieces.js';
import type { Source } from './source.js';

/** Pieces compared for the rarest, and looked at to find those: more would cost more than it gains. */
const COMPARED_MAX = 64;
const LOOKED_AT_MAX = 4_096;

export class Picker {
  /** How many sources that do not have everything have a piece. */
  #holders = new Uint16Array(1_024);
  #partialSources = 0;
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

  /** What a source has counts no longer: it went, or has everything now. */
  uncount(source: Source): void {
    if (source.holdsAll) return;
    for (const piece of source.held) this.count(piece, -1);
    this.countPartial(-1);
  }

  /** A piece that nobody is asked for and that this source has. */
  pick(source: Source): number | undefined {
    if (this.pieces.wantedTotal === 0) return undefined;
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
