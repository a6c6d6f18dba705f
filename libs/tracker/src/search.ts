/** One search: spellings of the query, names that have them, the best of these ranked, and each content once. */
import {
  type PeerId,
  SIMILAR_MAX,
  type SearchResult,
  TURN_STEPS_MAX,
  type WorkTurns,
} from '@iwanto/wire';
import { type Asked } from './asked.js';
import { CandidateFinder, type Candidates, type Reach } from './candidates.js';
import { Collector, SeenContents } from './collector.js';
import { Expander } from './expand.js';
import { type FilterOptions, testsOf } from './filters.js';
import type { Row } from './holdings.js';
import { LeftResults } from './left-results.js';
import { hasPhrase } from './phrase.js';
import { type Shown, type Sort, present } from './present.js';
import { type Query, readQuery } from './query.js';
import { Ranker } from './rank.js';
import type { Shelf } from './shelf.js';
import { type Text, nameText, queryText, textOf } from './tokens.js';

/** The least and the most contents that are compared letter by letter; the rest keep the order of the first stage. */
const RANKED_MIN = 120;
const RANKED_MAX = 2_000;
/** What it costs to compare one name letter by letter, in steps. */
const RANK_STEPS = 256;
/** Names examined if no word leads to them, and contents sorted by something other than fit. */
const LISTED_MAX = 200_000;
const SORTED_MAX = 20_000;
/** A name that has this much of the query in certain words needs no guesses. */
const CERTAIN = 0.98;
/** A name that fits letter by letter, though not word by word. */
const SCORE_FITS = 0.86;
/** Below this a name is not even similar. */
const SCORE_SIMILAR = 0.3;
/** What has not been ranked comes after what has. */
const UNRANKED_SCORE = 0.3;

export interface Found {
  readonly results: SearchResult[];
  /** How many contents fit, shown or not; if nothing fits, how many similar ones are shown. */
  readonly total: number;
  /** True when there may be more than `total`. */
  readonly totalIsLeast: boolean;
  readonly similar: boolean;
}

export interface SearchOptions extends FilterOptions {
  readonly sort?: Sort;
  /** Also shows what departed peers had, below all else, with its age at this time on the caller's calendar. */
  readonly leftAtMs?: number;
}

/** What the tracker knows about slots. */
export interface SlotBook {
  readonly peerOf: (slot: number) => PeerId | undefined;
  readonly slotOf: (peer: PeerId) => number;
  /** When the peer of a slot left. */
  readonly leftMsOf: (slot: number) => number;
}

const NOTHING: Found = {
  results: [],
  total: 0,
  totalIsLeast: false,
  similar: false,
};

/** Large structures that the next question reuses. */
interface SearchRoom {
  readonly finder: CandidateFinder;
  readonly seen: SeenContents;
}

/** Answers one question; created for each. */
class Search {
  readonly #query: Query;
  readonly #text: Text;
  readonly #tests: ((row: Row) => boolean)[];
  readonly #folderTexts = new Map<number, readonly Text[]>();
  readonly #sort: Sort;
  readonly #left: LeftResults | undefined;

  constructor(
    private readonly shelf: Shelf,
    private readonly room: SearchRoom,
    private readonly book: SlotBook,
    question: { query: string; limit: number; options: SearchOptions },
  ) {
    this.#query = readQuery(question.query);
    this.#text = queryText(this.#query);
    this.#sort = question.options.sort ?? 'fit';
    this.#tests = testsOf(shelf, question.options, this.#query, book);
    this.#limit = question.limit;
    this.#first = new Set(question.options.heldBy?.map(book.slotOf));
    this.#addPhraseTests();
    const { leftAtMs } = question.options;
    if (leftAtMs === undefined || shelf.left.slots.size === 0) return;
    const { seen } = room;
    this.#left = new LeftResults({ shelf, book, seen, tests: this.#tests, nowMs: leftAtMs });
  }

  readonly #limit: number;
  /** Slots of peers that are named first. */
  readonly #first: ReadonlySet<number>;

  *find(): WorkTurns<Found> {
    const found = yield* this.#findHere();
    return this.#left === undefined ? found : yield* this.#left.below(found, this.#limit);
  }

  *#findHere(): WorkTurns<Found> {
    if (this.#text.tokens.length === 0) return yield* this.#list();
    const expander = new Expander(this.shelf.index.current, {
      text: this.#text,
      isRequired: (token) => this.#isRequired(token),
      excluded: this.#query.excluded.flatMap((word) => textOf(word).tokens.map(({ text }) => text)),
    });
    yield* expander.addTyped();
    const typed = yield* this.#candidates(expander.asked, 'fitting');
    const isCertain = typed.fitting.length > 0 && typed.best >= CERTAIN;
    const found = isCertain ? yield* this.#answer(expander.asked, typed, isCertain) : NOTHING;
    if (found.total > 0 && !found.similar) return found;
    // If no peer that is online has the certain names, they settle nothing.
    const hasMore = yield* expander.addGuesses(isCertain ? 0 : typed.settled);
    const meant = hasMore ? yield* this.#candidates(expander.asked, 'fitting') : typed;
    const guessed = yield* this.#answer(expander.asked, meant, false);
    if (guessed.total > 0 && !guessed.similar) return guessed;
    const similar = yield* this.#candidates(expander.asked, 'similar');
    return yield* this.#answer(expander.asked, similar, false);
  }

  #candidates(asked: Asked, reach: Reach): WorkTurns<Candidates> {
    const { index } = this.shelf;
    return this.room.finder.find(index.current, asked, { reach, othersMax: RANKED_MIN });
  }

  *#answer(
    asked: Asked,
    { fitting, others, isCut }: Candidates,
    isCertain: boolean,
  ): WorkTurns<Found> {
    const isSorted = this.#sort !== 'fit';
    const keep = isSorted ? SORTED_MAX : Math.max(RANKED_MIN, this.#limit + SIMILAR_MAX);
    const collector = yield* this.#collector(keep).addAll(fitting);
    const isLeast = isCut || collector.isCut || (asked.initial !== undefined && collector.isFull);
    const ranker = new Ranker(asked, (folder) => this.#textsAbove(folder), this.#query.words);
    const fit = yield* this.#rank(ranker, collector);
    const shown = fit.filter(({ isOther }) => !isOther);
    const total = asked.initial ? shown.length : collector.total;
    if (this.#left) yield* this.#left.look(fitting, (left) => this.#rank(ranker, left));
    if (isCertain && shown.length > 0) return yield* this.#show(shown, total, isLeast);
    const near = yield* this.#collector(RANKED_MIN).addAll(others);
    const ranked = yield* this.#rank(ranker, near);
    const alike = ranked.filter(({ content }) => !collector.shown.has(content));
    const promoted = asked.required === 0 ? alike.filter(({ score }) => score >= SCORE_FITS) : [];
    const all = [...shown, ...promoted];
    if (all.length > 0) return yield* this.#show(all, total + promoted.length, isLeast);
    if (asked.required !== 0) return NOTHING;
    return yield* this.#similar([...fit, ...alike].filter(({ score }) => score >= SCORE_SIMILAR));
  }

  #collector(keep: number): Collector {
    const { here, contents } = this.shelf;
    const { seen } = this.room;
    return new Collector({
      ...{ seen, holdings: here, lastContent: contents.last },
      ...{ tests: this.#tests, keep },
    });
  }

  /** Each content with the best of its names. */
  *#rank(ranker: Ranker, { shown }: Collector): WorkTurns<Shown[]> {
    const { tree, index } = this.shelf;
    const all: Shown[] = [];
    let ranked = 0;
    let steps = 0;
    for (const [content, { nodes, row }] of shown) {
      const { node: first, modifiedSeconds } = row;
      let best: Shown | undefined;
      for (const node of nodes.slice(0, Math.max(0, RANKED_MAX - ranked))) {
        const named = { text: index.textOf(node), name: tree.nameOf(node) };
        const { score, isOther } = ranker.rank({ ...named, folder: tree.parentOf(node) });
        if (!best || score > best.score) best = { node, content, score, modifiedSeconds, isOther };
      }
      ranked += nodes.length;
      all.push(best ?? { node: first, content, score: UNRANKED_SCORE, modifiedSeconds });
      steps += nodes.length * RANK_STEPS;
      if (steps < TURN_STEPS_MAX) continue;
      yield steps;
      steps = 0;
    }
    return all;
  }

  *#show(shown: readonly Shown[], total: number, totalIsLeast: boolean): WorkTurns<Found> {
    const results = yield* this.#present(shown, this.#limit, false);
    return { results, total, totalIsLeast, similar: false };
  }

  *#similar(shown: readonly Shown[]): WorkTurns<Found> {
    const results = yield* this.#present(shown, Math.min(this.#limit, SIMILAR_MAX), true);
    return {
      results,
      total: results.length,
      totalIsLeast: false,
      similar: results.length > 0,
    };
  }

  #present(shown: readonly Shown[], limit: number, similar: boolean): WorkTurns<SearchResult[]> {
    const { peerOf } = this.book;
    return present(this.shelf, shown, {
      ...{ limit, sort: this.#sort, similar, peerOf, first: this.#first },
    });
  }

  /** Everything that passes the filters, if there is no word to find it by. */
  *#list(): WorkTurns<Found> {
    const { tree, index } = this.shelf;
    const end = Math.min(tree.last, LISTED_MAX);
    const names = function* () {
      for (let node = 1; node <= end; node += 1) if (index.isName(node)) yield node;
    };
    const collector = yield* this.#collector(SORTED_MAX).addAll(names());
    const shown = Array.from(collector.shown, ([content, { nodes, row }]): Shown => {
      const { modifiedSeconds } = row;
      return {
        node: nodes[0] ?? row.node,
        content,
        score: UNRANKED_SCORE,
        modifiedSeconds,
      };
    });
    return yield* this.#show(shown, collector.total, collector.isCut || tree.last > LISTED_MAX);
  }

  #textsAbove(folder: number): readonly Text[] {
    const known = this.#folderTexts.get(folder);
    if (known) return known;
    const { tree, index } = this.shelf;
    const texts =
      folder === 0 ? [] : [index.textOf(folder), ...this.#textsAbove(tree.parentOf(folder))];
    this.#folderTexts.set(folder, texts);
    return texts;
  }

  #addPhraseTests(): void {
    const { tree, index } = this.shelf;
    for (const phrase of this.#query.phrases) {
      const text = textOf(phrase);
      this.#tests.push(({ node }) => {
        const texts = [index.textOf(node), ...this.#textsAbove(tree.parentOf(node))];
        return hasPhrase(texts, text);
      });
    }
  }

  /** Words of phrases and patterns must be there. */
  #isRequired(token: number): boolean {
    const own = this.#text.tokens[token];
    if (own?.kind === 'pattern') return true;
    const words = this.#query.phrases.flatMap((phrase) => textOf(phrase).tokens);
    return words.some(({ text }) => text === own?.text);
  }
}

/** Finds contents for questions, one after the other. */
export class Searcher {
  readonly #room: SearchRoom = { finder: new CandidateFinder(), seen: new SeenContents() };

  constructor(
    private readonly shelf: Shelf,
    private readonly book: SlotBook,
  ) {}

  /** Contents whose names fit, best first. Throws E_BAD_REQUEST for a filter that cannot be understood. */
  search(query: string, limit: number, options: SearchOptions = {}): WorkTurns<Found> {
    return new Search(this.shelf, this.#room, this.book, {
      query,
      limit,
      options,
    }).find();
  }
}

/** The words of a name, as the index has them: for tests and tools. */
export const wordsOf = (name: string): string[] => nameText(name).tokens.map(({ text }) => text);
