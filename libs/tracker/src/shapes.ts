/** The second stage of a search: which names share the most shapes with the query, however it is spelt. */
import { withRoom } from './cells.js';
import { GRAM_KINDS, Grams } from './grams.js';
import { Postings } from './postings.js';

/** A name must share this part of the query's grams, less some, to be looked at. */
const SHARED_PART_MIN = 0.45;
const GRAMS_SPARED = 2;
/** Entries looked at for one query, so that no query takes long (HOSTILE 54, 55). */
export const VISITS_MAX = 1_500_000;
const LENGTH_MAX = 255;
/** Grams of a query that are looked at; a count of them fits a byte, whatever the query. */
const LISTS_MAX = 100;

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
  /** Each addition has a number of its own, never used again: entries of what is gone can name nothing else. */
  #last = 0;
  #nodeOf = new Uint32Array(0);
  #entryOf = new Uint32Array(0);
  /** Grams of the name itself; 0 when it is gone. */
  #gramsOf = new Uint8Array(0);
  #counts = new Uint8Array(0);
  #read = new Uint32Array(1_024);
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
    const entry = this.#newEntry(node);
    this.#gramsOf[entry] = Math.max(1, Math.min(LENGTH_MAX, ownGrams));
    for (const gram of this.#grams.found) this.#postings.add(gram, entry);
  }

  /** The name is gone; its entries stay as rubbish. */
  drop(node: number): void {
    const entry = this.#entryOf[node] ?? 0;
    if (entry === 0) return;
    this.staleEntries += this.#gramsOf[entry] ?? 0;
    this.#gramsOf[entry] = 0;
    this.#entryOf[node] = 0;
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

  #newEntry(node: number): number {
    this.#last += 1;
    const entry = this.#last;
    this.#nodeOf = withRoom(this.#nodeOf, entry);
    this.#gramsOf = withRoom(this.#gramsOf, entry);
    this.#counts = withRoom(this.#counts, entry);
    this.#entryOf = withRoom(this.#entryOf, node);
    this.#nodeOf[entry] = node;
    this.#entryOf[node] = entry;
    return entry;
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
    return affordable.slice(0, LISTS_MAX);
  }

  /** Counts for each name how many of the lists it stands in. */
  #countShared(lists: readonly number[]): void {
    const needed = neededOf(lists.length);
    // A name that is in none of the first lists cannot reach the needed number any more.
    const opening = lists.length - needed + 1;
    lists.forEach((list, at) => {
      const entries = this.#postings.countOf(list);
      this.#read = withRoom(this.#read, entries);
      this.#postings.read(list, this.#read);
      if (at < opening) this.#countFirst(entries);
      else this.#countAgain(entries);
    });
  }

  #countFirst(entries: number): void {
    this.#touched = withRoom(this.#touched, this.#touchedCount + entries);
    const [read, counts, touched] = [this.#read, this.#counts, this.#touched];
    let touchedCount = this.#touchedCount;
    for (let at = 0; at < entries; at += 1) {
      const entry = read[at] ?? 0;
      const count = counts[entry] ?? 0;
      if (count === 0) {
        touched[touchedCount] = entry;
        touchedCount += 1;
      }
      counts[entry] = count + 1;
    }
    this.#touchedCount = touchedCount;
  }

  #countAgain(entries: number): void {
    const [read, counts] = [this.#read, this.#counts];
    for (let at = 0; at < entries; at += 1) {
      const entry = read[at] ?? 0;
      const count = counts[entry] ?? 0;
      if (count !== 0) counts[entry] = count + 1;
    }
  }

  /** Leaves on the list only names with enough grams that are still there, and all counts as they are. */
  #leaveOut(needed: number): void {
    const [touched, counts, grams] = [this.#touched, this.#counts, this.#gramsOf];
    let kept = 0;
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const entry = touched[at] ?? 0;
      if ((counts[entry] ?? 0) < needed || grams[entry] === 0) {
        counts[entry] = 0;
        continue;
      }
      touched[kept] = entry;
      kept += 1;
    }
    this.#touchedCount = kept;
  }

  /** By grams shared, then by how little else the name has. */
  #pick(asked: number, limit: number): LikenessFound {
    this.#leaveOut(neededOf(asked));
    const alikeFrom = Math.ceil(asked * ALIKE_PART);
    const histogram = new Uint32Array((asked + 1) * (LENGTH_MAX + 1));
    let alike = 0;
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const entry = this.#touched[at] ?? 0;
      const rank = this.#rankOf(entry, asked);
      histogram[rank] = (histogram[rank] ?? 0) + 1;
      if ((this.#counts[entry] ?? 0) >= alikeFrom) alike += 1;
    }
    return { best: this.#collect(cutOf(histogram, limit), asked, limit), alike };
  }

  /** Small is good: grams missing, then grams too many. */
  #rankOf(entry: number, asked: number): number {
    const missing = Math.max(0, asked - (this.#counts[entry] ?? 0));
    return missing * (LENGTH_MAX + 1) + (this.#gramsOf[entry] ?? 0);
  }

  #collect(cut: number, asked: number, limit: number): Likeness[] {
    const ranked: { rank: number; entry: number }[] = [];
    for (let at = 0; at < this.#touchedCount; at += 1) {
      const entry = this.#touched[at] ?? 0;
      const rank = this.#rankOf(entry, asked);
      if (rank <= cut) ranked.push({ rank, entry });
    }
    ranked.sort((a, b) => a.rank - b.rank || a.entry - b.entry);
    return ranked.slice(0, limit).map(({ entry }) => {
      return {
        node: this.#nodeOf[entry] ?? 0,
        shared: Math.min(1, (this.#counts[entry] ?? 0) / asked),
      };
    });
  }
}

/** One wrong letter costs three grams: a short query may lose more of them than a long one. */
const neededOf = (asked: number) => Math.max(1, Math.floor(asked * SHARED_PART_MIN) - GRAMS_SPARED);

/** The rank up to which at least `limit` names stand. */
function cutOf(histogram: Uint32Array, limit: number): number {
  let names = 0;
  for (let rank = 0; rank < histogram.length; rank += 1) {
    names += histogram[rank] ?? 0;
    if (names >= limit) return rank;
  }
  return histogram.length;
}
