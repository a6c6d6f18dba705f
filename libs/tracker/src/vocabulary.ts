/** Every different word of all names, once: found as typed, by its beginning, or by its shape. */
import { TURN_STEPS_MAX, type WorkTurns } from '@iwanto/wire';
import { gramsOf, innerGrams, startGrams } from './grams.js';
import { stretches, withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';
import { EncodedName, NameBytes } from './name-bytes.js';
import { isNumber } from './numbers.js';
import { Postings } from './postings.js';
import { latinOf } from './latin.js';

/** Shorter words are found as typed only. */
const SHAPED_CHARACTERS_MIN = 3;
const TERM_BYTES_MAX = 255;
/** Entries of gram lists read for one word. */
const LOOKS_MAX = 400_000;
/** `*` */
const ANY_CODE = 42;
/** Differences in length that are told apart. */
const GAPS = 64;

/** What it costs to decode a word and test it, in steps. */
const TEXT_STEPS = 8;

/** The words that are wanted of those that may be. */
interface Wanted {
  readonly limit: number;
  readonly is: (text: string) => boolean;
}

const isShaped = (word: string) =>
  word.length >= SHAPED_CHARACTERS_MIN && !isNumber(word) && word.charCodeAt(0) !== 46;

export class Vocabulary {
  readonly #names = new NameBytes();
  readonly #table: IdTable;
  readonly #grams = new Postings();
  readonly #word = new EncodedName(TERM_BYTES_MAX);
  #offset = new Uint32Array(0);
  #length = new Uint8Array(0);
  #counts = new Uint8Array(0);
  readonly #read = new Uint32Array(TURN_STEPS_MAX);
  #touched = new Uint32Array(1_024);
  #last = 0;

  constructor(private readonly seed: number) {
    this.#table = new IdTable((term) => this.#hashOf(term));
  }

  /** The largest term id: ids are from 1 on. */
  get last(): number {
    return this.#last;
  }

  textOf(term: number): string {
    return this.#names.text(this.#offset[term] ?? 0, this.#length[term] ?? 0);
  }

  /** The id of a word as typed, else 0. */
  find(word: string): number {
    if (word.length > TERM_BYTES_MAX / 3) return 0;
    this.#word.set(word);
    return this.#find(this.#hashOfWord());
  }

  /** The id of a word, created when it is new. */
  need(word: string): number {
    this.#word.set(word);
    const hash = this.#hashOfWord();
    const known = this.#find(hash);
    if (known !== 0) return known;
    this.#last += 1;
    const term = this.#last;
    this.#offset = withRoom(this.#offset, term);
    this.#length = withRoom(this.#length, term);
    this.#counts = withRoom(this.#counts, term);
    this.#offset[term] = this.#names.add(this.#word);
    this.#length[term] = this.#word.length;
    this.#table.add(term, hash);
    if (isShaped(word)) this.#addShape(term, word);
    return term;
  }

  /** Words among the first `looks` that begin with a letter of ASCII and pass a test, at most `limit`; any for `*`. */
  *beginningWith(code: number, looks: number, { limit, is }: Wanted): WorkTurns<number[]> {
    const terms: number[] = [];
    const last = Math.min(this.#last, looks);
    let steps = 0;
    for (let term = 1; term <= last && terms.length < limit; term += 1) {
      const begins =
        code === ANY_CODE || code > 127 || this.#names.byteAt(this.#offset[term] ?? 0) === code;
      if (begins && is(this.textOf(term))) terms.push(term);
      steps += begins ? TEXT_STEPS : 1;
      if (steps + TEXT_STEPS <= TURN_STEPS_MAX) continue;
      yield steps;
      steps = 0;
    }
    return terms;
  }

  /** Words that begin with `start` and are longer, at most `limit`. */
  *startingWith(start: string, limit: number): WorkTurns<number[]> {
    const is = (text: string) => text.length > start.length && text.startsWith(start);
    return yield* this.#longer(startGrams(start), { limit, is });
  }

  /** Longer words that contain `part`, which has three characters at least, and pass a test; at most `limit`. */
  *containing(part: string, { limit, is }: Wanted): WorkTurns<number[]> {
    const contains = (text: string) => text.length > part.length && text.includes(part) && is(text);
    return yield* this.#longer([...new Set(innerGrams(part))], { limit, is: contains });
  }

  /** The words that share the most of a word's shape with it, best first, none with fewer than `least` grams. */
  *alike(word: string, least: number, limit: number): WorkTurns<number[]> {
    const grams = gramsOf(word);
    const touchedCount = yield* this.#share(grams, least);
    const [touched, counts] = [this.#touched, this.#counts];
    // Of those that share equally much, the ones of nearly the same length come first.
    const rankOf = (term: number) =>
      (grams.length - (counts[term] ?? 0)) * GAPS +
      Math.min(GAPS - 1, Math.abs((this.#length[term] ?? 0) - word.length));
    const ofRank = new Uint32Array((grams.length + 1) * GAPS);
    for (const { from, to } of stretches(touchedCount)) {
      for (let at = from; at < to; at += 1) {
        const rank = rankOf(touched[at] ?? 0);
        ofRank[rank] = (ofRank[rank] ?? 0) + 1;
      }
      yield to - from;
    }
    const last = Math.min(lastRank(ofRank, limit), (grams.length - least + 1) * GAPS - 1);
    const found: { term: number; rank: number }[] = [];
    for (const { from, to } of stretches(touchedCount)) {
      for (let at = from; at < to; at += 1) {
        const term = touched[at] ?? 0;
        const rank = rankOf(term);
        if (rank <= last) found.push({ term, rank });
        counts[term] = 0;
      }
      yield to - from;
    }
    found.sort((a, b) => a.rank - b.rank);
    return found.slice(0, limit).map(({ term }) => term);
  }

  #addShape(term: number, word: string): void {
    for (const gram of gramsOf(word)) this.#grams.add(gram, term);
    const latin = latinOf(word);
    // Both spellings of a term may share a gram: the list keeps the term once.
    if (latin !== word && isShaped(latin))
      for (const gram of gramsOf(latin)) this.#grams.add(gram, term);
  }

  /** Words that have all of the grams and pass a test, at most `limit`. */
  *#longer(grams: readonly number[], { limit, is }: Wanted): WorkTurns<number[]> {
    const touchedCount = yield* this.#share(grams, grams.length);
    const found: number[] = [];
    let steps = 0;
    for (let at = 0; at < touchedCount; at += 1) {
      const term = this.#touched[at] ?? 0;
      const isLooked = this.#counts[term] === grams.length && found.length < limit;
      this.#counts[term] = 0;
      if (isLooked && is(this.textOf(term))) found.push(term);
      steps += isLooked ? TEXT_STEPS : 1;
      if (steps + TEXT_STEPS <= TURN_STEPS_MAX) continue;
      yield steps;
      steps = 0;
    }
    return found;
  }

  /**
   * Counts for each word how many of the grams it has, the rarest grams first; gives how many words were touched.
   * Words that cannot have `least` of them any more are left out. The caller takes the counts away.
   */
  *#share(grams: readonly number[], least: number): WorkTurns<number> {
    const postings = this.#grams;
    const lists = [...grams].sort((a, b) => postings.countOf(a) - postings.countOf(b));
    let looks = 0;
    let touchedCount = 0;
    for (const [at, list] of lists.entries()) {
      looks += postings.countOf(list);
      if (looks > LOOKS_MAX && at > 0) break;
      // A word that is in none of the first lists can no longer have enough of them.
      const opens = at <= lists.length - least;
      const reader = postings.reader(list);
      for (;;) {
        const entries = reader.read(this.#read, TURN_STEPS_MAX);
        if (entries === 0) break;
        touchedCount = this.#count(entries, touchedCount, opens);
        yield entries;
      }
    }
    return touchedCount;
  }

  #count(entries: number, touchedBefore: number, opens: boolean): number {
    this.#touched = withRoom(this.#touched, touchedBefore + entries);
    const [read, counts, touched] = [this.#read, this.#counts, this.#touched];
    let touchedCount = touchedBefore;
    for (let at = 0; at < entries; at += 1) {
      const term = read[at] ?? 0;
      const count = counts[term] ?? 0;
      if (count === 0) {
        if (!opens) continue;
        touched[touchedCount++] = term;
      }
      counts[term] = count + 1;
    }
    return touchedCount;
  }

  /** The term of the word that was set last. */
  #find(hash: number): number {
    return this.#table.find(hash, (term) => this.#isWord(term));
  }

  #isWord(term: number): boolean {
    if (this.#length[term] !== this.#word.length) return false;
    return this.#names.equals(this.#offset[term] ?? 0, this.#word);
  }

  #hashOfWord(): number {
    return mix(this.#word.hash(this.seed), this.seed);
  }

  #hashOf(term: number): number {
    const length = this.#length[term] ?? 0;
    return mix(this.#names.hash(this.#offset[term] ?? 0, length, this.seed), this.seed);
  }
}

/** The rank up to which at least `count` are there. */
function lastRank(ofRank: Uint32Array, count: number): number {
  let sum = 0;
  for (let rank = 0; rank < ofRank.length; rank += 1) {
    sum += ofRank[rank] ?? 0;
    if (sum >= count) return rank;
  }
  return ofRank.length - 1;
}
