/** The words of all names and folders, kept in step; deleted ones are swept out by rebuilding, in slices. */
import { NameIndex } from './name-index.js';
import type { PathTree } from './paths.js';
import { type Text, inSeason, nameText, seasonOf } from './tokens.js';

/** Entries of deleted names are swept out when there are more than this and more than a third of all. */
const STALE_MIN = 4_096;

export interface SearchIndexOptions {
  readonly tree: PathTree;
  readonly seed: number;
  /** From how many deleted names on the index may be rebuilt; lower in tests. */
  readonly staleMin?: number;
}

export class SearchIndex {
  readonly #tree: PathTree;
  readonly #seed: number;
  readonly #staleMin: number;
  #index: NameIndex;
  /** The index being rebuilt: it has all nodes up to this one. */
  #next: { readonly index: NameIndex; upTo: number } | undefined;
  #names = 0;
  /** The seasons that folders stand for, by node: few do, and every name in a folder asks. */
  readonly #seasons = new Map<number, string>();

  constructor({ tree, seed, staleMin = STALE_MIN }: SearchIndexOptions) {
    this.#tree = tree;
    this.#seed = seed;
    this.#staleMin = staleMin;
    this.#index = new NameIndex(seed);
  }

  get names(): number {
    return this.#names;
  }

  /** The index to search in: valid until the next change. */
  get current(): NameIndex {
    return this.#index;
  }

  /** True for a node under which somebody shares something. */
  isName(node: number): boolean {
    return this.#index.isName(this.#index.entryOf(node));
  }

  /** The node can be found by its name from now on, helped by the folders above it. */
  add(node: number, name: string): void {
    this.#names += 1;
    if (!this.#index.has(node)) {
      this.#enterFolder(this.#tree.parentOf(node));
      this.#enter(node, this.#textOf(node, name));
    }
    this.#setName(node, true);
  }

  /** Nobody shares the node any more; it may still be the folder of others. */
  drop(node: number): void {
    this.#names -= 1;
    this.#setName(node, false);
  }

  /** The tree has forgotten the node: its number may be reused for another. */
  forget(node: number): void {
    this.#index.drop(node);
    this.#next?.index.drop(node);
    this.#seasons.delete(node);
  }

  /** Does deferred work for about `steps` names; true while there is more. */
  tend(steps: number): boolean {
    const { stale, last } = this.#index;
    if (!this.#next && (stale < this.#staleMin || stale * 3 < last)) return false;
    this.#next ??= { index: new NameIndex(this.#seed), upTo: 0 };
    const next = this.#next;
    const end = Math.min(this.#tree.last, next.upTo + steps);
    for (let node = next.upTo + 1; node <= end; node += 1) {
      if (this.#index.has(node)) this.#copyTo(next.index, node);
    }
    next.upTo = end;
    if (end < this.#tree.last) return true;
    this.#index = next.index;
    this.#next = undefined;
    return false;
  }

  #setName(node: number, is: boolean): void {
    for (const index of [this.#index, this.#next?.index])
      if (index?.has(node)) index.setName(index.entryOf(node), is);
  }

  /** The words of a node's name, as they are found. */
  textOf(node: number): Text {
    return this.#textOf(node, this.#tree.nameOf(node));
  }

  #textOf(node: number, name: string): Text {
    return inSeason(nameText(name), this.#seasons.get(this.#tree.parentOf(node)));
  }

  /** From the outside in: whether a folder is a season must be known before the names in it are read. */
  #enterFolder(folder: number): void {
    if (folder === 0 || this.#index.has(folder)) return;
    this.#enterFolder(this.#tree.parentOf(folder));
    this.#enter(folder, this.textOf(folder));
  }

  #enter(node: number, text: Text): void {
    const season = seasonOf(text);
    if (season !== undefined) this.#seasons.set(node, season);
    this.#index.add(node, this.#tree.parentOf(node), text);
    if (this.#next && node <= this.#next.upTo) this.#copyTo(this.#next.index, node);
  }

  /** From the outside in, as folders whose numbers were used before may come after the names in them. */
  #copyTo(next: NameIndex, node: number): void {
    if (next.has(node)) return;
    const folder = this.#tree.parentOf(node);
    if (folder !== 0) this.#copyTo(next, folder);
    next.add(node, folder, this.textOf(node));
    next.setName(next.entryOf(node), this.isName(node));
  }
}
