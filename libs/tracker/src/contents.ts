/** Every shared content: its hash, kind and size, found by whole hash or by prefix. */
import type { CatalogueEntry, FileHash, Kind } from '@iwanto/wire';
import { IdPool, withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';

/** A hash is eight numbers of 32 bits. */
const NUMBERS = 8;
const HEX_PER_NUMBER = 8;
/** The code of `9`: anything above it in a hash is a letter. */
const LAST_DIGIT_CODE = 57;

/** The identity of a content. Two sizes under one hash are two contents: one of them is a lie (HOSTILE 52). */
export type ContentKey = Pick<CatalogueEntry, 'hash' | 'kind' | 'size'>;

export class Contents {
  readonly #ids = new IdPool();
  readonly #table: IdTable;
  readonly #wanted = new Uint32Array(NUMBERS);
  #hash = new Uint32Array(0);
  #size = new Float64Array(0);
  #isDirectory = new Uint8Array(0);

  constructor(private readonly seed: number) {
    this.#table = new IdTable((content) => this.#hashKey(this.#hash, content * NUMBERS));
  }

  /** The largest content id there is. */
  get last(): number {
    return this.#ids.last;
  }

  hashOf(content: number): FileHash {
    const numbers = this.#hash.subarray(content * NUMBERS, (content + 1) * NUMBERS);
    return Array.from(numbers, (number) => number.toString(16).padStart(HEX_PER_NUMBER, '0')).join(
      '',
    ) as FileHash;
  }

  sizeOf(content: number): number {
    return this.#size[content] ?? 0;
  }

  kindOf(content: number): Kind {
    return this.#isDirectory[content] === 1 ? 'directory' : 'file';
  }

  /** The id of a content, created when it is new. */
  need(key: ContentKey): number {
    this.#read(key.hash);
    const hashKey = this.#hashKey(this.#wanted, 0);
    const known = this.#table.find(hashKey, (content) => this.#is(content, key));
    if (known !== 0) return known;
    const content = this.#ids.take();
    this.#hash = withRoom(this.#hash, (content + 1) * NUMBERS);
    this.#size = withRoom(this.#size, content);
    this.#isDirectory = withRoom(this.#isDirectory, content);
    this.#hash.set(this.#wanted, content * NUMBERS);
    this.#size[content] = key.size;
    this.#isDirectory[content] = key.kind === 'directory' ? 1 : 0;
    this.#table.add(content, hashKey);
    return content;
  }

  /** Nobody shares the content any more. */
  forget(content: number): void {
    this.#table.remove(content, this.#hashKey(this.#hash, content * NUMBERS));
    this.#size[content] = -1;
    this.#ids.giveBack(content);
  }

  /** The contents with exactly this hash: more than one where somebody lies about size or kind. */
  withHash(hash: FileHash): number[] {
    this.#read(hash);
    const found: number[] = [];
    this.#table.find(this.#hashKey(this.#wanted, 0), (content) => {
      if (this.#hasWanted(content)) found.push(content);
      return false;
    });
    return found;
  }

  /** Contents whose hash begins with `prefix`, at least 8 hex characters long: all, or the first `most` of them. */
  startingWith(prefix: string, most: number): number[] {
    const first = Number.parseInt(prefix.slice(0, HEX_PER_NUMBER), 16);
    const found: number[] = [];
    for (let content = 1; content <= this.last && found.length < most; content += 1) {
      if (this.#hash[content * NUMBERS] !== first || this.sizeOf(content) < 0) continue;
      if (this.hashOf(content).startsWith(prefix)) found.push(content);
    }
    return found;
  }

  #is(content: number, { size, kind }: ContentKey): boolean {
    if (this.#size[content] !== size || this.kindOf(content) !== kind) return false;
    return this.#hasWanted(content);
  }

  #hasWanted(content: number): boolean {
    const first = content * NUMBERS;
    for (let at = 0; at < NUMBERS; at += 1)
      if (this.#hash[first + at] !== this.#wanted[at]) return false;
    return true;
  }

  #read(hash: FileHash): void {
    for (let at = 0; at < NUMBERS; at += 1) {
      let number = 0;
      const end = (at + 1) * HEX_PER_NUMBER;
      for (let by = end - HEX_PER_NUMBER; by < end; by += 1) {
        const code = hash.charCodeAt(by);
        number = (number << 4) | (code <= LAST_DIGIT_CODE ? code & 15 : (code & 15) + 9);
      }
      this.#wanted[at] = number;
    }
  }

  #hashKey(numbers: Uint32Array, from: number): number {
    let key = this.seed;
    for (let at = from; at < from + NUMBERS; at += 1) key = mix(numbers[at] ?? 0, key);
    return key;
  }
}
