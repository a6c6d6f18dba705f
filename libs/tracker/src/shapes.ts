/** The second stage of a search: which names share the most shapes with the query, however it is spelt. */
import { withRoom } from './cells.js';
import { GRAM_KINDS, Grams } from './grams.js';
import { Postings } from './postings.js';

/** A name must share this part of the query's grams to be looked at. */
const SHARED_PART_MIN = 0.3;
/** Entries looked at for one query, so that no query takes long (HOSTILE 54, 55). */
export const VISITS_MAX = 1_500_000;
const LENGTH_MAX = 255;

/** One name that looks like the query. */
export interface Likeness {
  readonly node: number;
  /** The part of the query's grams that the name has, 0 to 1. */
  readonly shared: number;
}

export interface LikenessFound {
  /** At most as many as asked for, the likest first. */
  readonly best: Likeness[];
  /** Names that have nearly all grams of the query, whether among the best or not. */
  readonly alike: number;
}

/** A name with this part of the query's grams counts as alike. */
const ALIKE_PART = 0.9;

export class Shapes {
  readonly #postings = new Postings(GRAM_KINDS);
  readonly #grams = new Grams();
  #gramsOfNode = new Uint8Array(0);
  #counts = new Uint8Array(0);
  #touched = new Uint32Array(1_024);
  #touchedCount = 0;
  /** Entries of names that are gone: they cost looks, until the index is built anew. */
  staleEntries = 0;

  get entries(): number {
    return this.#postings.size;
  }

  /** Adds a name by its words and those of the folder it stands in. */
  add(node: number, words: readonly string[], folderWords: readonly string[]): void {
    this.#grams.clear();
    this.#grams.addWords(words);
    this.#grams.addJoints(words);
    const ownGrams = this.#grams.count;
    this.#grams.addWords(folderWords);
    this.#gramsOfNode = withRoom(this.#gramsOfNode, node);
    this.#counts = withRoom(this.#counts, node);
    this.#gramsOfNode[node] = Math.max(1, Math.min(LENGTH_MAX, ownGrams));
    for (const gram of this.#grams.found) this.#postings.add(gram, node);
  }

  /** The name is gone; its entries stay as rubbish. */
  drop(node: number): void {
    this.staleEntries += this.#gramsOfNode[node] ?? 0;
    this.#gramsOfNode[node] = 0;
  }

  /** An upper bound of how many names have a word that begins like `word`. */
  countLike(word: string): number {
    this.#grams.clear();
    this.#grams.addWords([word]);
    const found = this.#grams.found;
    // The gram at the word's end is not there when the word goes on.
    const end = found.length > 1 ? found.length - 1 : found.length;
    let least = Infinity;
    for (let at = 0; at < end; at += 1) {
      least = Math.min(least, this.#postings.countOf(found[at] ?? 0));
    }
    return least === Infinity ? 0 : least;
  }

  /** The names most like the query's words. */
  find(words: readonly string[], limit: number): LikenessFound {
    const lists = this.#listsOf(words);
    this.#countShared(lists);
    const found = this.#pick(lists.length, limit);
    for (let at = 0; at < this.#touchedCount; at += 1) this.#counts[this.#touched[at] ?? 0] = 0;
    this.#touchedCount = 0;
    return found;
  }

  /** The query's grams, rarest first, as many as may be looked at. */
  #listsOf(words: readonly string[]): number[] {
    this.#grams.clear();
    this.#grams.addWords(words);
    const postings = this.#postings;
    const lists = Array.from(this.#grams.found).sort(
      (a, b) => postings.countOf(a) - postings.countOf(b),
    );
    let visits = 0;
    const affordable = lists.filter((list, at) => {
      visits += postings.countOf(list);
      return at === 0 || visits <= VISITS_MAX;
    });
    return affordable.slice(0, LENGTH_MAX);
  }

  /** Counts for each name how many of the lists it stands in. */
  #countShared(lists: readonly number[]): void {
    const needed = Math.max(1, Math.floor(lists.length * SHARED_PART_MIN));
    // A name that is in none of the first lists cannot reach the needed number any more.
    const opening = lists.length - needed + 1;
    lists.forEach((list, at) => {
      if (at < opening) this.#countFirst(list);
      else this.#countAgain(list);
    });
  }

  #countFirst(list: number): void {
    const counts = this.#counts;
    this.#postings.eachBlock(list, (cells, from, to) => {
      this.#roomForTouched(to - from);
      for (let at = from; at < to; at += 1) {
        const node = cells[at] ?? 0;
        const count = counts[node] ?? 0;
        if (count === 0) this.#touched[this.#touchedCount++] = node;
        counts[node] = count + 1;
      }
    });
  }

  #countAgain(list: number): void {
    const counts = this.#counts;
    this.#postings.eachBlock(list, (cells, from, to) => {
      for (let at = from; at < to; at += 1) {
        const node = cells[at] ?? 0;
        const count = counts[node] ?? 0;
        if (count !== 0) counts[node] = count + 1;
      }
    });
  }

  #roomForTouched(more: number): void {
    this.#touched = withRoom(this.#touched, this.#touchedCount + more);
  }

  /** By grams shared, then by how little else the name has. */
  #pick(asked: number, limit: number): LikenessFound {
    const needed = Math.max(1, Math.floor(asked * SHARED_PART_MIN));
    const alikeFrom = Math.ceil(asked * ALIKE_PART);
    const histogram = new Uint32Array((asked + 1) * (LENGTH_MAX + 1));
    let alike = 0;
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const node = this.#touched[at] ?? 0;
      const rank = this.#rankOf(node, asked);
      if (rank < 0) continue;
      histogram[rank] = (histogram[rank] ?? 0) + 1;
      if ((this.#counts[node] ?? 0) >= alikeFrom) alike += 1;
    }
    const cut = cutOf(histogram, limit);
    return { best: this.#collect({ cut, asked, needed, limit }), alike };
  }

  /** Small is good: grams missing, then grams too many; -1 for a name that is gone. */
  #rankOf(node: number, asked: number): number {
    const own = this.#gramsOfNode[node] ?? 0;
    if (own === 0) return -1;
    const missing = Math.max(0, asked - (this.#counts[node] ?? 0));
    return missing * (LENGTH_MAX + 1) + own;
  }

  #collect(want: { cut: number; asked: number; needed: number; limit: number }): Likeness[] {
    const { cut, asked, needed, limit } = want;
    const ranked: { rank: number; node: number }[] = [];
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const node = this.#touched[at] ?? 0;
      if ((this.#counts[node] ?? 0) < needed) continue;
      const rank = this.#rankOf(node, asked);
      if (rank >= 0 && rank <= cut) ranked.push({ rank, node });
    }
    ranked.sort((a, b) => a.rank - b.rank || a.node - b.node);
    return ranked.slice(0, limit).map(({ node }) => {
      return { node, shared: Math.min(1, (this.#counts[node] ?? 0) / asked) };
    });
  }
}

/** The rank up to which at least `limit` names stand. */
function cutOf(histogram: Uint32Array, limit: number): number {
  let names = 0;
  for (let rank = 0; rank < histogram.length; rank += 1) {
    names += histogram[rank] ?? 0;
    if (names >= limit) return rank;
  }
  return histogram.length;
}
