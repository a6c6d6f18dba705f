/** Both stages over all names, kept in step and small: late additions and rebuilding happen in slices. */
import { withRoom } from './cells.js';
import type { PathTree } from './paths.js';
import { Shapes } from './shapes.js';
import { WORDS_WORK_MAX, WordIndex } from './word-index.js';
import { wordsOf } from './words.js';

/**
 * Above this many names the words stage stands back and the shapes stage answers alone:
 * it would take more memory than all the rest together (docs/decisions.md).
 */
export const WORDS_NAMES_MAX = 150_000;
/** Entries of gone names are swept out when they are more than these and more than a third of all. */
const STALE_SHAPES_MIN = 65_536;
const STALE_WORDS_MIN = 4_096;
/** Words of one query that are looked at. */
const QUERY_WORDS_MAX = 32;

export interface Candidate {
  readonly node: number;
  /** The part of the query's grams that the name has, 0 to 1. */
  readonly shared: number;
}

export interface Candidates {
  /** From both stages, each name once. */
  readonly found: Candidate[];
  /** Words of the query that count, and how much each tells. */
  readonly words: string[];
  readonly weights: number[];
  /** Names that have nearly all of the query's shapes, found or not. */
  readonly alike: number;
}

export interface SearchIndexOptions {
  readonly tree: PathTree;
  /** Above this many names the words stage stands back. */
  readonly wordsNamesMax?: number;
}

export class SearchIndex {
  readonly #tree: PathTree;
  readonly #wordsNamesMax: number;
  #shapes = new Shapes();
  /** The shapes being built anew: they have all names up to the node named. */
  #next: { readonly shapes: Shapes; upTo: number } | undefined;
  #words: WordIndex | undefined = new WordIndex();
  /** Names that the words stage does not have yet. */
  #waiting: number[] = [];
  #isName = new Uint8Array(0);
  #names = 0;
  #folder = 0;
  #folderWords: string[] = [];

  constructor({ tree, wordsNamesMax = WORDS_NAMES_MAX }: SearchIndexOptions) {
    this.#tree = tree;
    this.#wordsNamesMax = wordsNamesMax;
  }

  get names(): number {
    return this.#names;
  }

  /** The node's name can be found from now on. */
  add(node: number): void {
    this.#isName = withRoom(this.#isName, node);
    this.#isName[node] = 1;
    this.#names += 1;
    const words = wordsOf(this.#tree.nameOf(node));
    const folderWords = this.#wordsOfFolder(this.#tree.parentOf(node));
    this.#shapes.add(node, words, folderWords);
    if (this.#next && node <= this.#next.upTo) this.#next.shapes.add(node, words, folderWords);
    if (this.#names > this.#wordsNamesMax) this.#standBack();
    if (this.#words) this.#waiting.push(node);
  }

  /** The node's name is to be found no longer; to be called while the tree still has it. */
  drop(node: number): void {
    this.#isName[node] = 0;
    this.#names -= 1;
    this.#shapes.drop(node);
    this.#next?.shapes.drop(node);
    this.#words?.drop(node);
    if (node === this.#folder) this.#folder = 0;
  }

  /** Works on what may wait, about `steps` names of it; true while there is more. */
  tend(steps: number): boolean {
    return this.#addWaiting(steps) || this.#buildAnew(steps) || this.#sweepWords();
  }

  /** The names worth ranking for a query, `limit` from the shapes and some more from the words. */
  find(queryWords: readonly string[], limit: number): Candidates {
    const words = queryWords.slice(0, QUERY_WORDS_MAX);
    const counts = words.map((word) => this.#shapes.countLike(word));
    const asked = words.map((word, at) => ({ word, countMax: counts[at] ?? 0 }));
    const { best, alike } = this.#shapes.find(words, limit);
    const shared = new Map(best.map((like) => [like.node, like.shared]));
    // A name with all words as typed has their shapes too, but perhaps too many others have them.
    for (const node of this.#words?.find(asked) ?? []) if (!shared.has(node)) shared.set(node, 0);
    const found = Array.from(shared, ([node, part]) => ({ node, shared: part }));
    const weights = counts.map((count) => Math.log2(2 + this.#names / (1 + count)));
    return { found, words, weights, alike };
  }

  #wordsOfFolder(folder: number): string[] {
    if (folder === 0) return [];
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#folderWords = wordsOf(this.#tree.nameOf(folder));
    }
    return this.#folderWords;
  }

  #standBack(): void {
    this.#words = undefined;
    this.#waiting = [];
  }

  #addWaiting(steps: number): boolean {
    const words = this.#words;
    if (!words) return false;
    for (let left = steps; left > 0 && this.#waiting.length > 0; left -= 1) {
      const node = this.#waiting.pop() ?? 0;
      if (this.#isName[node] === 1 && !words.has(node)) {
        const telling = wordsOf(this.#tree.nameOf(node)).filter(
          (word) => this.#shapes.countLike(word) <= WORDS_WORK_MAX,
        );
        if (telling.length > 0) words.add(node, telling);
      }
    }
    return this.#waiting.length > 0;
  }

  #buildAnew(steps: number): boolean {
    const { staleEntries, entries } = this.#shapes;
    if (!this.#next && (staleEntries < STALE_SHAPES_MIN || staleEntries * 3 < entries))
      return false;
    this.#next ??= { shapes: new Shapes(), upTo: 0 };
    const end = Math.min(this.#tree.last, this.#next.upTo + steps);
    for (let node = this.#next.upTo + 1; node <= end; node += 1) {
      if (this.#isName[node] !== 1) continue;
      const words = wordsOf(this.#tree.nameOf(node));
      this.#next.shapes.add(node, words, this.#wordsOfFolder(this.#tree.parentOf(node)));
    }
    this.#next.upTo = end;
    if (end < this.#tree.last) return true;
    this.#shapes = this.#next.shapes;
    this.#next = undefined;
    return false;
  }

  /** The words stage starts anew when it holds too much that is gone, or when there is room for it again. */
  #sweepWords(): boolean {
    const stale = this.#words?.stale ?? Infinity;
    const isSoiled = stale > STALE_WORDS_MIN && stale * 2 > this.#names;
    const hasRoom = this.#words !== undefined || this.#names * 2 < this.#wordsNamesMax;
    if (!isSoiled || !hasRoom) return false;
    this.#words = new WordIndex();
    this.#waiting = [];
    for (let node = 1; node <= this.#tree.last; node += 1) {
      if (this.#isName[node] === 1) this.#waiting.push(node);
    }
    return this.#waiting.length > 0;
  }
}
