/** What one group of peers shares, as rows: the peers that are online, or those that left. */
import type { PathTree } from './paths.js';
import type { Sharing, Sharings } from './sharings.js';

/** What one peer has under one path. */
export type Row = Sharing;

export class Holdings {
  /** The parts that belong to the group; the rows of all others are ignored. */
  readonly slots = new Set<number>();

  constructor(
    private readonly rows: Sharings,
    private readonly tree: PathTree,
  ) {}

  /** The slots of the parts that hold a content, each once. */
  holdersOf(content: number): Set<number> {
    const slots = new Set<number>();
    const { rows } = this;
    for (let row = rows.firstOfContent(content); row !== 0; row = rows.nextOfContent(row)) {
      const slot = rows.slotOf(row);
      if (this.slots.has(slot)) slots.add(slot);
    }
    return slots;
  }

  /** Whether anybody of the group holds a content. */
  holds(content: number): boolean {
    const { rows } = this;
    for (let row = rows.firstOfContent(content); row !== 0; row = rows.nextOfContent(row))
      if (this.slots.has(rows.slotOf(row))) return true;
    return false;
  }

  /** Each row under a path. */
  eachAt(node: number, each: (row: Row) => void): void {
    const { rows } = this;
    for (let row = rows.firstOfNode(node); row !== 0; row = rows.nextOfNode(row)) {
      if (this.slots.has(rows.slotOf(row))) each(this.#rowOf(row));
    }
  }

  /** Each row of a content. */
  eachOf(content: number, looksMax: number, each: (row: Row) => void): void {
    const { rows } = this;
    let row = rows.firstOfContent(content);
    for (let looks = 0; row !== 0 && looks < looksMax; looks += 1) {
      if (this.slots.has(rows.slotOf(row))) each(this.#rowOf(row));
      row = rows.nextOfContent(row);
    }
  }

  /** The name that a content has most often. */
  nameOf(content: number, looksMax: number): string {
    return this.namesOf(content, looksMax)[0] ?? '';
  }

  /** Its names, the most frequent one first; the work is bounded, since a name is only for people. */
  namesOf(content: number, looksMax: number): string[] {
    const counts = new Map<string, number>();
    this.eachOf(content, looksMax, ({ node }) => {
      const name = this.tree.nameOf(node);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    });
    return [...counts]
      .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
      .map(([name]) => name);
  }

  #rowOf(row: number): Row {
    const { rows } = this;
    return {
      slot: rows.slotOf(row),
      node: rows.nodeOf(row),
      content: rows.contentOf(row),
      modifiedSeconds: rows.modifiedOf(row),
    };
  }
}
