/** What all peers share, as rows: who, under which path, which content. Peers leave at once and are swept out in slices. */
import { type CatalogueEntry, Failure } from '@iwanto/wire';
import { IdPool } from './cells.js';
import { Contents } from './contents.js';
import { IdTable, mix } from './id-table.js';
import { PathTree } from './paths.js';
import { SearchIndex, type SearchIndexOptions } from './search-index.js';
import { type Sharing, Sharings } from './sharings.js';

/** The most catalogues at once, those being swept out included: what a slot number can tell apart. */
const SLOTS_MAX = 65_535;

/** One peer's part of the shelf. */
export interface Part {
  readonly slot: number;
  /** The peer's rows by path. */
  readonly rows: IdTable;
  files: number;
  /** What the paths take, in bytes as the limit counts them. */
  pathBytes: number;
}

/** What one peer has under one path. */
export type Row = Sharing;

export interface ShelfOptions extends Pick<SearchIndexOptions, 'staleMin'> {
  /** A random number of the caller, so that nobody can choose names that collide. */
  readonly seed: number;
}

export class Shelf {
  readonly tree: PathTree;
  readonly contents: Contents;
  readonly index: SearchIndex;
  readonly #seed: number;
  readonly #sharings = new Sharings();
  readonly #slots = new IdPool();
  readonly #open = new Set<number>();
  readonly #leaving: { readonly part: Part; next: number }[] = [];

  constructor({ seed, ...options }: ShelfOptions) {
    this.#seed = seed;
    this.tree = new PathTree(seed, (node) => this.index.forget(node));
    this.contents = new Contents(seed);
    this.index = new SearchIndex({ tree: this.tree, seed, ...options });
  }

  /** An empty part for one catalogue. Throws E_LIMIT when there are too many. */
  open(): Part {
    if (this.#slots.inUse >= SLOTS_MAX) {
      throw new Failure('E_LIMIT', `The tracker already holds ${SLOTS_MAX} catalogues.`);
    }
    const slot = this.#slots.take();
    this.#open.add(slot);
    const rows = new IdTable((row) => mix(this.#sharings.nodeOf(row), this.#seed));
    return { slot, rows, files: 0, pathBytes: 0 };
  }

  /** Nothing of the part is seen from now on; its rows go as `tend` gets to them. */
  leave(part: Part): void {
    this.#open.delete(part.slot);
    this.#leaving.push({ part, next: 0 });
  }

  /** Puts an entry where the peer has none or another under the path. */
  put(part: Part, entry: CatalogueEntry): void {
    const node = this.tree.need(entry.path);
    const content = this.contents.need(entry);
    const known = this.#rowAt(part, node);
    const modifiedSeconds = Math.max(0, Math.floor((entry.modifiedMs ?? 0) / 1_000));
    if (known !== 0 && this.#sharings.contentOf(known) === content) {
      this.#sharings.setModified(known, modifiedSeconds);
      this.tree.release(node);
      return;
    }
    if (this.#sharings.firstOfNode(node) === 0) this.index.add(node);
    const row = this.#sharings.add({ slot: part.slot, node, content, modifiedSeconds });
    if (known !== 0) this.#take(part, known);
    part.rows.add(row, mix(node, this.#seed));
    part.pathBytes += this.tree.pathBytes(node);
    if (entry.kind === 'file') part.files += 1;
  }

  /** Whether the peer has anything under a path. */
  holds(part: Part, path: string): boolean {
    const node = this.tree.find(path);
    return node !== 0 && this.#rowAt(part, node) !== 0;
  }

  /** Takes away what the peer has under a path, if anything. */
  takeAway(part: Part, path: string): void {
    const node = this.tree.find(path);
    const row = node === 0 ? 0 : this.#rowAt(part, node);
    if (row !== 0) this.#take(part, row);
  }

  /** Sweeps some rows of parts that left, then lets tree and index do their part; true while there is more. */
  tend(steps: number): boolean {
    const leaving = this.#leaving[0];
    if (!leaving) return this.tree.compact(steps) || this.index.tend(steps);
    const { rows, slot } = leaving.part;
    const end = Math.min(rows.slots, leaving.next + steps);
    for (; leaving.next < end; leaving.next += 1) {
      const row = rows.at(leaving.next);
      if (row !== 0) this.#removeRow(row);
    }
    if (leaving.next >= rows.slots) {
      this.#leaving.shift();
      this.#slots.giveBack(slot);
    }
    return true;
  }

  /** The slots of the parts that hold a content, each once. */
  holdersOf(content: number): Set<number> {
    const slots = new Set<number>();
    const rows = this.#sharings;
    for (let row = rows.firstOfContent(content); row !== 0; row = rows.nextOfContent(row)) {
      const slot = rows.slotOf(row);
      if (this.#open.has(slot)) slots.add(slot);
    }
    return slots;
  }

  /** Each row that stands under a path. */
  eachAt(node: number, each: (row: Row) => void): void {
    const rows = this.#sharings;
    for (let row = rows.firstOfNode(node); row !== 0; row = rows.nextOfNode(row)) {
      if (this.#open.has(rows.slotOf(row))) each(this.#rowOf(row));
    }
  }

  /** Each row of a content. */
  eachOf(content: number, looksMax: number, each: (row: Row) => void): void {
    const rows = this.#sharings;
    let row = rows.firstOfContent(content);
    for (let looks = 0; row !== 0 && looks < looksMax; looks += 1) {
      if (this.#open.has(rows.slotOf(row))) each(this.#rowOf(row));
      row = rows.nextOfContent(row);
    }
  }

  /** True for a folder with nothing in it: it is where something may be, and nothing by itself. */
  isEmptyFolder(node: number, content: number): boolean {
    if (this.contents.kindOf(content) === 'file' || this.contents.sizeOf(content) > 0) return false;
    let rows = 0;
    const all = this.#sharings;
    for (let row = all.firstOfNode(node); row !== 0; row = all.nextOfNode(row)) rows += 1;
    return this.tree.needsOf(node) === rows;
  }

  #rowOf(row: number): Row {
    const rows = this.#sharings;
    return {
      slot: rows.slotOf(row),
      node: rows.nodeOf(row),
      content: rows.contentOf(row),
      modifiedSeconds: rows.modifiedOf(row),
    };
  }

  /** The name that a content has most often. */
  nameOf(content: number, looksMax: number): string {
    return this.namesOf(content, looksMax)[0] ?? '';
  }

  /** Its names, the most frequent one first; the looks are bounded, a name is only for people. */
  namesOf(content: number, looksMax: number): string[] {
    const rows = this.#sharings;
    const counts = new Map<string, number>();
    let row = rows.firstOfContent(content);
    for (let looks = 0; row !== 0 && looks < looksMax; looks += 1) {
      if (this.#open.has(rows.slotOf(row))) {
        const name = this.tree.nameOf(rows.nodeOf(row));
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      row = rows.nextOfContent(row);
    }
    return [...counts]
      .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
      .map(([name]) => name);
  }

  #rowAt(part: Part, node: number): number {
    const isThere = (row: number) => this.#sharings.nodeOf(row) === node;
    return part.rows.find(mix(node, this.#seed), isThere);
  }

  #take(part: Part, row: number): void {
    const node = this.#sharings.nodeOf(row);
    part.rows.remove(row, mix(node, this.#seed));
    part.pathBytes -= this.tree.pathBytes(node);
    if (this.contents.kindOf(this.#sharings.contentOf(row)) === 'file') part.files -= 1;
    this.#removeRow(row);
  }

  #removeRow(row: number): void {
    const rows = this.#sharings;
    const node = rows.nodeOf(row);
    const content = rows.contentOf(row);
    rows.remove(row);
    if (rows.firstOfContent(content) === 0) this.contents.forget(content);
    if (rows.firstOfNode(node) === 0) this.index.drop(node);
    this.tree.release(node);
  }
}
