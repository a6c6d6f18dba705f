/** Every different word of all names, once: found as typed, by its beginning, or by its shape. */
import { gramsOf, innerGrams, startGrams } from './grams.js';
import { withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';
import { NameBytes, encodeName } from './name-bytes.js';
import { isNumber } from './numbers.js';
import { Postings } from './postings.js';
import { latinOf } from './latin.js';

/** Shorter words are found as typed only. */
const SHAPED_CHARACTERS_MIN = 3;
const TERM_BYTES_MAX = 255;
/** Entries of gram lists looked at for one word. */
const LOOKS_MAX = 400_000;

/** A word that shares grams with the one asked for. */
export interface Alike {
  readonly term: number;
  /** Grams of the asked word that it has. */
  readonly shared: number;
}

const isShaped = (word: string) =>
  word.length >= SHAPED_CHARACTERS_MIN && !isNumber(word) && word.charCodeAt(0) !== 46;

export class Vocabulary {
  readonly #names = new NameBytes();
  readonly #table: IdTable;
  readonly #grams = new Postings();
  readonly #scratch = new Uint8Array(TERM_BYTES_MAX);
  #offset = new Uint32Array(0);
  #length = new Uint8Array(0);
  #counts = new Uint8Array(0);
  #read = new Uint32Array(1_024);
  #touched = new Uint32Array(1_024);
  #last = 0;

  constructor(private readonly seed: number) {
    this.#table = new IdTable((term) => this.#hashOf(this.#bytesOf(term)));
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
    const bytes = this.#encode(word);
    return this.#find(bytes, this.#hashOf(bytes));
  }

  /** The id of a word, made when it is new. */
  need(word: string): number {
    const bytes = this.#encode(word);
    const hash = this.#hashOf(bytes);
    const known = this.#find(bytes, hash);
    if (known !== 0) return known;
    this.#last += 1;
    const term = this.#last;
    this.#offset = withRoom(this.#offset, term);
    this.#length = withRoom(this.#length, term);
    this.#counts = withRoom(this.#counts, term);
    this.#offset[term] = this.#names.add(bytes);
    this.#length[term] = bytes.length;
    this.#table.add(term, hash);
    if (isShaped(word)) this.#addShape(term, word);
    return term;
  }

  /** Words that begin with `start` and are longer, at most `limit`. */
  startingWith(start: string, limit: number): number[] {
    const grams = startGrams(start);
    const found: number[] = [];
    for (const { term } of this.#sharing(grams, grams.length)) {
      if (found.length >= limit) break;
      const text = this.textOf(term);
      if (text.length > start.length && text.startsWith(start)) found.push(term);
    }
    return found;
  }

  /** Longer words that contain `part`, which has three characters at least; at most `limit`. */
  containing(part: string, limit: number): number[] {
    const grams = [...new Set(innerGrams(part))];
    const found: number[] = [];
    for (const { term } of this.#sharing(grams, grams.length)) {
      if (found.length >= limit) break;
      const text = this.textOf(term);
      if (text.length > part.length && text.includes(part)) found.push(term);
    }
    return found;
  }

  /** The words that share the most of a word's shape with it, best first, none with fewer than `least` grams. */
  alike(word: string, least: number, limit: number): Alike[] {
    const found = this.#sharing(gramsOf(word), least);
    found.sort(
      (a, b) =>
        b.shared - a.shared || this.#lengthGap(a.term, word) - this.#lengthGap(b.term, word),
    );
    return found.slice(0, limit);
  }

  #lengthGap(term: number, word: string): number {
    return Math.abs((this.#length[term] ?? 0) - word.length);
  }

  #addShape(term: number, word: string): void {
    for (const gram of gramsOf(word)) this.#grams.add(gram, term);
    const latin = latinOf(word);
    // The same term may stand under a gram of both spellings: the list keeps it once.
    if (latin !== word && isShaped(latin))
      for (const gram of gramsOf(latin)) this.#grams.add(gram, term);
  }

  /** Words that have at least `least` of the grams; the rarest grams are looked at first. */
  #sharing(grams: readonly number[], least: number): Alike[] {
    const postings = this.#grams;
    const lists = [...grams].sort((a, b) => postings.countOf(a) - postings.countOf(b));
    let looks = 0;
    let touchedCount = 0;
    lists.forEach((list, at) => {
      const entries = postings.countOf(list);
      looks += entries;
      if (looks > LOOKS_MAX && at > 0) return;
      this.#read = withRoom(this.#read, entries);
      postings.read(list, this.#read);
      // A word that is in none of the first lists cannot have enough of them any more.
      touchedCount = this.#count(entries, touchedCount, at <= lists.length - least);
    });
    return this.#collect(touchedCount, least);
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

  #collect(touchedCount: number, least: number): Alike[] {
    const found: Alike[] = [];
    for (let at = 0; at < touchedCount; at += 1) {
      const term = this.#touched[at] ?? 0;
      const shared = this.#counts[term] ?? 0;
      this.#counts[term] = 0;
      if (shared >= least) found.push({ term, shared });
    }
    return found;
  }

  #find(bytes: Uint8Array, hash: number): number {
    return this.#table.find(hash, (term) => this.#is(term, bytes));
  }

  #is(term: number, bytes: Uint8Array): boolean {
    if (this.#length[term] !== bytes.length) return false;
    return this.#names.equals(this.#offset[term] ?? 0, bytes);
  }

  #bytesOf(term: number): Uint8Array {
    return this.#names.at(this.#offset[term] ?? 0, this.#length[term] ?? 0);
  }

  #encode(word: string): Uint8Array {
    return this.#scratch.subarray(0, encodeName(word, this.#scratch));
  }

  #hashOf(bytes: Uint8Array): number {
    let hash = this.seed;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
    return mix(hash, this.seed);
  }
}
