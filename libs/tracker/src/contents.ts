/** Every shared content: its hash, kind and size, found by whole hash or by prefix. */
import type { CatalogueEntry, FileHash, Kind, WorkTurns } from '@iwanto/wire';
import { IdPool, stretches, withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';
import { Rings } from './rings.js';

/** A hash is eight numbers of 32 bits. */
const NUMBERS = 8;
const HEX_PER_NUMBER = 8;
/** The code of `9`: anything above it in a hash is a letter. */
const LAST_DIGIT_CODE = 57;

/** The identity of a content. Two sizes under one hash are two contents: one of them is a lie (HOSTILE 52). */
export type ContentKey = Pick<CatalogueEntry, 'hash' | 'kind' | 'size'>;

export class Contents {
  readonly #ids = new IdPool();
  /** The first content of each hash. */
  readonly #firsts: IdTable;
  /** All others, which are lies: found by size and kind as well, because one hash may have a million (HOSTILE 217). */
  readonly #others: IdTable;
  readonly #claims = new Rings();
  readonly #wanted = new Uint32Array(NUMBERS);
  #hash = new Uint32Array(0);
  #size = new Float64Array(0);
  #isDirectory = new Uint8Array(0);

  constructor(private readonly seed: number) {
    this.#firsts = new IdTable((content) => this.#hashKey(this.#hash, content * NUMBERS));
    this.#others = new IdTable((content) => this.#claimKey(content));
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
    const first = this.#firsts.find(hashKey, (content) => this.#hasWanted(content));
    if (first === 0) {
      const content = this.#add(key);
      this.#firsts.add(content, hashKey);
      return content;
    }
    if (this.#is(first, key)) return first;
    const claimKey = claimKeyOf(hashKey, key);
    const known = this.#others.find(
      claimKey,
      (content) => this.#is(content, key) && this.#hasWanted(content),
    );
    if (known !== 0) return known;
    const content = this.#add(key);
    this.#others.add(content, claimKey);
    this.#claims.join(first, content);
    return content;
  }

  /** Nobody shares the content any more. */
  forget(content: number): void {
    const hashKey = this.#hashKey(this.#hash, content * NUMBERS);
    const isFirst = this.#firsts.find(hashKey, (one) => one === content) !== 0;
    const heir = this.#claims.leave(content);
    if (!isFirst) this.#others.remove(content, this.#claimKey(content));
    else {
      this.#firsts.remove(content, hashKey);
      if (heir !== 0) {
        this.#others.remove(heir, this.#claimKey(heir));
        this.#firsts.add(heir, hashKey);
      }
    }
    this.#size[content] = -1;
    this.#ids.giveBack(content);
  }

  /** The contents with exactly this hash, at most `most`: more than one if somebody lies about size or kind. */
  withHash(hash: FileHash, most: number): number[] {
    this.#read(hash);
    const first = this.#firsts.find(this.#hashKey(this.#wanted, 0), (content) =>
      this.#hasWanted(content),
    );
    return first === 0 ? [] : this.#claims.from(first, most);
  }

  /** Contents whose hash begins with `prefix`, at least 8 hex characters long: all, or the first `most` of them. */
  *startingWith(prefix: string, most: number): WorkTurns<number[]> {
    const first = Number.parseInt(prefix.slice(0, HEX_PER_NUMBER), 16);
    const found: number[] = [];
    for (const { from, to } of stretches(this.last + 1)) {
      for (let content = from; content < to && found.length < most; content += 1) {
        if (this.#hash[content * NUMBERS] !== first || this.sizeOf(content) < 0) continue;
        if (content > 0 && this.hashOf(content).startsWith(prefix)) found.push(content);
      }
      yield to - from;
    }
    return found;
  }

  /** The content has the hash that was read last. */
  #add({ size, kind }: ContentKey): number {
    const content = this.#ids.take();
    this.#hash = withRoom(this.#hash, (content + 1) * NUMBERS);
    this.#size = withRoom(this.#size, content);
    this.#isDirectory = withRoom(this.#isDirectory, content);
    this.#hash.set(this.#wanted, content * NUMBERS);
    this.#size[content] = size;
    this.#isDirectory[content] = kind === 'directory' ? 1 : 0;
    return content;
  }

  #is(content: number, { size, kind }: ContentKey): boolean {
    return this.#size[content] === size && this.kindOf(content) === kind;
  }

  #claimKey(content: number): number {
    const hashKey = this.#hashKey(this.#hash, content * NUMBERS);
    return claimKeyOf(hashKey, { size: this.sizeOf(content), kind: this.kindOf(content) });
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

const claimKeyOf = (hashKey: number, { size, kind }: Pick<ContentKey, 'size' | 'kind'>) =>
  mix(size >>> 0, mix(Math.floor(size / 2 ** 32) * 2 + (kind === 'directory' ? 1 : 0), hashKey));
