/** What all peers share, as rows: who, under which path, which content. Peers leave immediately and are swept out in slices. */
import { type CatalogueEntry, Failure } from '@iwanto/wire';
import { IdPool } from './cells.js';
import { Contents } from './contents.js';
import { Holdings } from './holdings.js';
import { IdTable, mix } from './id-table.js';
import { PathTree } from './paths.js';
import { SearchIndex, type SearchIndexOptions } from './search-index.js';
import { Sharings } from './sharings.js';

/** The most catalogues at the same time, those being swept out included: what a slot number can tell apart. */
const SLOTS_MAX = 65_535;
const MS_PER_SECOND = 1_000;

/** One peer's part of the shelf. */
export interface Part {
  readonly slot: number;
  /** The peer's rows by path. */
  readonly rows: IdTable;
  files: number;
  /** The size of the paths, in bytes as the limit counts them. */
  pathBytes: number;
}

/** A stretch of what a part holds. */
export interface Lines {
  readonly entries: CatalogueEntry[];
  readonly next: number | undefined;
}

export interface ShelfOptions extends Pick<SearchIndexOptions, 'staleMin'> {
  /** A random number of the caller, so that nobody can choose names that collide. */
  readonly seed: number;
}

export class Shelf {
  readonly tree: PathTree;
  readonly contents: Contents;
  readonly index: SearchIndex;
  /** What peers share that are online, and what departed ones shared: no part is in both. */
  readonly here: Holdings;
  readonly left: Holdings;
  readonly #seed: number;
  readonly #sharings = new Sharings();
  readonly #slots = new IdPool();
  readonly #leaving: { readonly part: Part; next: number }[] = [];

  constructor({ seed, ...options }: ShelfOptions) {
    this.#seed = seed;
    this.tree = new PathTree(seed, (node) => this.index.forget(node));
    this.contents = new Contents(seed);
    this.here = new Holdings(this.#sharings, this.tree);
    this.left = new Holdings(this.#sharings, this.tree);
    this.index = new SearchIndex({ tree: this.tree, seed, ...options });
  }

  /** An empty part for one catalogue. Throws E_LIMIT when there are too many. */
  open(): Part {
    if (this.#slots.inUse >= SLOTS_MAX) {
      throw new Failure('E_LIMIT', `The tracker already holds ${SLOTS_MAX} catalogues.`);
    }
    const slot = this.#slots.take();
    this.here.slots.add(slot);
    const rows = new IdTable((row) => mix(this.#sharings.nodeOf(row), this.#seed));
    return { slot, rows, files: 0, pathBytes: 0 };
  }

  /** The peer of the part left: what it shared is only remembered. */
  retire({ slot }: Part): void {
    this.here.slots.delete(slot);
    this.left.slots.add(slot);
  }

  /** The peer of the part is back. */
  readmit({ slot }: Part): void {
    this.left.slots.delete(slot);
    this.here.slots.add(slot);
  }

  /** The part is invisible from now on; its rows are removed as `tend` gets to them. */
  close(part: Part): void {
    this.here.slots.delete(part.slot);
    this.left.slots.delete(part.slot);
    this.#leaving.push({ part, next: 0 });
  }

  /** Stores an entry if the peer has none or another one under the path. */
  put(part: Part, entry: CatalogueEntry): void {
    const node = this.tree.need(entry.path);
    const content = this.contents.need(entry);
    const known = this.#rowAt(part, node);
    const modifiedSeconds = Math.max(0, Math.floor((entry.modifiedMs ?? 0) / MS_PER_SECOND));
    if (known !== 0 && this.#sharings.contentOf(known) === content) {
      this.#sharings.setModified(known, modifiedSeconds);
      this.tree.release(node);
      return;
    }
    if (this.#sharings.firstOfNode(node) === 0)
      this.index.add(node, entry.path.slice(entry.path.lastIndexOf('/') + 1));
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

  /** Removes what the peer has under a path, if anything. */
  takeAway(part: Part, path: string): void {
    const node = this.tree.find(path);
    const row = node === 0 ? 0 : this.#rowAt(part, node);
    if (row !== 0) this.#take(part, row);
  }

  /** Some lines of a part, from a position on; `next` is the position to continue from, undefined at the end. */
  entriesOf(part: Part, from: number, steps: number): Lines {
    const end = Math.min(part.rows.slots, from + steps);
    const entries: CatalogueEntry[] = [];
    for (let place = from; place < end; place += 1) {
      const row = part.rows.at(place);
      if (row !== 0) entries.push(this.#entryOf(row));
    }
    return { entries, next: end < part.rows.slots ? end : undefined };
  }

  /** Sweeps some rows of departed parts, then lets tree and index do their share; true while there is more. */
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

  /** True for an empty folder: a place for contents, but not one itself. */
  isEmptyFolder(node: number, content: number): boolean {
    if (this.contents.kindOf(content) === 'file' || this.contents.sizeOf(content) > 0) return false;
    let rows = 0;
    const all = this.#sharings;
    for (let row = all.firstOfNode(node); row !== 0; row = all.nextOfNode(row)) rows += 1;
    return this.tree.needsOf(node) === rows;
  }

  #entryOf(row: number): CatalogueEntry {
    const rows = this.#sharings;
    const content = rows.contentOf(row);
    const modifiedSeconds = rows.modifiedOf(row);
    return {
      path: this.tree.pathOf(rows.nodeOf(row)),
      kind: this.contents.kindOf(content),
      hash: this.contents.hashOf(content),
      size: this.contents.sizeOf(content),
      ...(modifiedSeconds > 0 && { modifiedMs: modifiedSeconds * MS_PER_SECOND }),
    };
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
