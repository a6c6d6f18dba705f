/** The first stage of a search: names with the words as typed, or words that begin so, by BM25. */
import MiniSearch from 'minisearch';

/** Names found by one query at most: what comes after is left to the second stage. */
const HITS_MAX = 200;
/**
 * Names that the words of one query may stand in together. More common words are left to the second
 * stage and not even kept here, so that no query takes long: MiniSearch spends some 0.6 us on each.
 */
export const WORDS_WORK_MAX = 200;
/** A single letter is looked for as a word only: too much begins with it. */
const PREFIX_CHARACTERS_MIN = 2;

interface NameDocument {
  readonly id: number;
  readonly words: string;
}

/** A word of the query and an upper bound of the names that it, or what begins with it, stands in. */
export interface AskedWord {
  readonly word: string;
  readonly countMax: number;
}

export class WordIndex {
  readonly #index = new MiniSearch<NameDocument>({
    fields: ['words'],
    tokenize: (text) => text.split(' '),
    processTerm: (term) => term,
    autoVacuum: false,
  });

  get count(): number {
    return this.#index.documentCount;
  }

  /** Names that are gone but still take room. */
  get stale(): number {
    return this.#index.dirtCount;
  }

  has(node: number): boolean {
    return this.#index.has(node);
  }

  add(node: number, words: readonly string[]): void {
    this.#index.add({ id: node, words: words.join(' ') });
  }

  drop(node: number): void {
    if (this.#index.has(node)) this.#index.discard(node);
  }

  /** Nodes whose names have all words that can be afforded, best first. */
  find(asked: readonly AskedWord[]): number[] {
    let work = 0;
    const queries = [...asked]
      .sort((a, b) => a.countMax - b.countMax)
      .filter(({ countMax }) => (work += countMax) <= WORDS_WORK_MAX)
      .map(({ word }) => word);
    if (queries.length === 0) return [];
    const prefix = (term: string) => term.length >= PREFIX_CHARACTERS_MIN;
    const hits = this.#index.search({ queries, combineWith: 'AND', prefix });
    return hits.slice(0, HITS_MAX).map(({ id }) => id as number);
  }
}
