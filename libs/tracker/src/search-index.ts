/** The words of all names and folders, kept in step; deleted ones are swept out by rebuilding, in slices. */
import { withRoom } from './cells.js';
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
  #isName = new Uint8Array(0);
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
    return this.#isName[node] === 1;
  }

  /** The node can be found by its name from now on, helped by the folders above it. */
  add(node: number, name: string): void {
    this.#isName = withRoom(this.#isName, node);
    this.#isName[node] = 1;
    this.#names += 1;
    if (this.#index.has(node)) return;
    this.#enterFolder(this.#tree.parentOf(node));
    this.#enter(node, this.#textOf(node, name));
  }

  /** Nobody shares the node any more; it may still be the folder of others. */
  drop(node: number): void {
    this.#isName[node] = 0;
    this.#names -= 1;
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
      if (this.#index.has(node)) this.#addTo(next.index, node, this.textOf(node));
    }
    next.upTo = end;
    if (end < this.#tree.last) return true;
    this.#index = next.index;
    this.#next = undefined;
    return false;
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
    this.#addTo(this.#index, node, text);
    if (this.#next && node <= this.#next.upTo) this.#addTo(this.#next.index, node, text);
  }

  #addTo(index: NameIndex, node: number, text: Text): void {
    index.add(node, this.#tree.parentOf(node), text);
  }
}
