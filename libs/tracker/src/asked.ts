/** A query as words with weights: each has bits of its own, and every spelling of it that names have sets them. */

import type { Initial } from './initial.js';

/** Words of one query that are used: one bit each, and one bit for what must not be there. */
export const BITS_MAX = 30;
export const EXCLUDED_BIT = 2 ** 30;

/**
 * What a spelling proves: `sure` is the word that was meant; `likely` is one slip or a cut end away from it, and
 * proves something beside a sure one or another likely one; `doubtful` may well be another word and helps only if
 * most is sure; `faint` proves nothing and orders what is merely similar.
 */
export type Trust = 'sure' | 'likely' | 'doubtful' | 'faint';

/** A spelling that stands for one or several words of the query. */
export interface Spelling {
  readonly text: string;
  /** The words of the query that it answers. */
  readonly bits: number;
  /** How well it matches, 0 to 1; 1 is the word as typed. */
  readonly quality: number;
  readonly trust: Trust;
}

/** What the query asks for, without filters. */
export interface Asked {
  /** How much each bit counts for the order. */
  readonly weights: readonly number[];
  /** How much each bit counts for whether a name fits at all. */
  readonly claims: readonly number[];
  readonly spellings: readonly Spelling[];
  /** Words that no name may have. */
  readonly excluded: readonly string[];
  /** All words of the query joined, without what separates them. */
  readonly joined: string;
  /** The order of the words: the bits of each in turn. */
  readonly order: readonly number[];
  readonly extension: string;
  /** Bits of words, not of numbers: what can support a doubtful spelling. */
  readonly proving: number;
  /** The same without seasons and episodes: what the folder of a series is called. */
  readonly series: string;
  /** Bits of seasons, episodes and dates. */
  readonly episodes: number;
  /** Bits of these and of numbers: a name with another one is another work. */
  readonly exact: number;
  /** Bits of one word that was split: some of its parts without the others prove nothing. */
  readonly wholes: readonly number[];
  /** Bits that must be there, however many others are. */
  readonly required: number;
  /** The letter with which a last word begins. */
  readonly initial: Initial | undefined;
}

/** Sums of weights for sets of bits: looked up if they are few, added up if they are many. */
export class BitSums {
  readonly #table: Float64Array;
  readonly #bits: number;
  readonly all: number;

  constructor(private readonly weights: readonly number[]) {
    this.#bits = Math.min(10, weights.length);
    this.#table = new Float64Array(2 ** this.#bits);
    for (let set = 1; set < this.#table.length; set += 1) {
      const low = 31 - Math.clz32(set & -set);
      this.#table[set] = (this.#table[set & (set - 1)] ?? 0) + (weights[low] ?? 0);
    }
    this.all = weights.reduce((sum, weight) => sum + weight, 0);
  }

  of(set: number): number {
    let sum = this.#table[set & (this.#table.length - 1)] ?? 0;
    for (let rest = set >>> this.#bits; rest !== 0; rest &= rest - 1) {
      sum += this.weights[this.#bits + 31 - Math.clz32(rest & -rest)] ?? 0;
    }
    return sum;
  }
}
