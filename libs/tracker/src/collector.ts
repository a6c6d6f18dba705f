/** Turns candidates into contents: each once, under the names that led to it. */
import { TURN_STEPS_MAX, type WorkTurns } from '@iwanto/wire';
import { scratchOf } from './cells.js';
import type { Holdings, Row } from './holdings.js';

/** Names of one content that are compared. */
const NAMES_RANKED_MAX = 3;
/** Contents that are counted; if there are more, the result says that there are at least this many. */
export const COUNTED_MAX = 20_000;
const STAMP_MAX = 255;
/** What it costs to find the rows of a name, and to look at one of them, in steps; a test of a row costs more. */
const NODE_STEPS = 4;
const ROW_STEPS = 4;
const TESTED_STEPS = 16;

/** Which contents one collection has seen: a column that is used again by the next one. */
export class SeenContents {
  #stamps = new Uint8Array(0);
  #stamp = 0;

  /** Clears it, with space for contents up to this one. */
  begin(last: number): void {
    const stamps = scratchOf(this.#stamps, last + 1);
    this.#stamp = stamps === this.#stamps ? this.#stamp + 1 : 1;
    this.#stamps = stamps;
    if (this.#stamp <= STAMP_MAX) return;
    stamps.fill(0);
    this.#stamp = 1;
  }

  has(content: number): boolean {
    return this.#stamps[content] === this.#stamp;
  }

  add(content: number): void {
    this.#stamps[content] = this.#stamp;
  }
}

export interface CollectorOptions {
  readonly seen: SeenContents;
  /** The largest content id there is. */
  readonly lastContent: number;
  readonly holdings: Holdings;
  readonly tests: readonly ((row: Row) => boolean)[];
  /** Contents that are kept; the others are only counted. */
  readonly keep: number;
}

/** Contents in the order of their candidates, each once. One collector after the other uses `seen`. */
export class Collector {
  readonly shown = new Map<number, { nodes: number[]; row: Row }>();
  total = 0;
  /** True if there may be more than were counted. */
  isCut = false;
  #steps = 0;

  /** True if some were counted that are not kept. */
  get isFull(): boolean {
    return this.total > this.shown.size;
  }

  constructor(private readonly options: CollectorOptions) {
    options.seen.begin(options.lastContent);
  }

  *addAll(nodes: Iterable<number>): WorkTurns<this> {
    const mostCounted = Math.max(COUNTED_MAX, this.options.keep);
    for (const node of nodes) {
      if (this.total >= mostCounted) {
        this.isCut = true;
        break;
      }
      this.#add(node);
      if (this.#steps < TURN_STEPS_MAX) continue;
      yield this.#steps;
      this.#steps = 0;
    }
    return this;
  }

  #add(node: number): void {
    const { holdings, keep, seen } = this.options;
    this.#steps += NODE_STEPS;
    holdings.eachAt(node, (row) => {
      const { content } = row;
      this.#steps += ROW_STEPS;
      if (seen.has(content)) this.#addName(node, row);
      else if (this.#passes(row)) {
        this.total += 1;
        seen.add(content);
        if (this.shown.size < keep) this.shown.set(content, { nodes: [node], row });
      }
    });
  }

  #addName(node: number, row: Row): void {
    const nodes = this.shown.get(row.content)?.nodes;
    if (!nodes || nodes.length >= NAMES_RANKED_MAX || nodes.includes(node)) return;
    if (this.#passes(row)) nodes.push(node);
  }

  #passes(row: Row): boolean {
    this.#steps += TESTED_STEPS;
    return this.options.tests.every((test) => test(row));
  }
}
