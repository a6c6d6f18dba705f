/** Turns candidates into contents: each once, under the names that led to it. */
import type { Holdings, Row } from './holdings.js';

/** Names of one content that are compared. */
const NAMES_RANKED_MAX = 3;

/** Contents in the order of their candidates, each once, counted to the end. */
export class Collector {
  readonly shown = new Map<number, { nodes: number[]; row: Row }>();
  readonly #seen: Set<number>;
  total = 0;

  constructor(
    private readonly holdings: Holdings,
    private readonly tests: readonly ((row: Row) => boolean)[],
    private readonly keep: number,
  ) {
    this.#seen = new Set();
  }

  add(node: number): void {
    this.holdings.eachAt(node, (row) => {
      const known = this.shown.get(row.content);
      if (known) {
        const isOther = known.nodes.length < NAMES_RANKED_MAX && !known.nodes.includes(node);
        if (isOther && this.#passes(row)) known.nodes.push(node);
        return;
      }
      if (this.#seen.has(row.content) || !this.#passes(row)) return;
      this.total += 1;
      this.#seen.add(row.content);
      if (this.shown.size < this.keep) this.shown.set(row.content, { nodes: [node], row });
    });
  }

  #passes(row: Row): boolean {
    return this.tests.every((test) => test(row));
  }
}
