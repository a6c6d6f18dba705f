/** Very many lists of ascending numbers: differences of a few bytes each, in chained blocks of shared pages. */
import { withRoom } from './cells.js';

const PAGE_BITS = 18;
const PAGE_BYTES = 2 ** PAGE_BITS;
const PAGE_MASK = PAGE_BYTES - 1;
/** The first bytes of a block name the next block. */
const HEAD_BYTES = 4;
const BLOCK_BYTES_MIN = 8;
const BLOCK_BYTES_MAX = 1_024;
/** The largest difference that fits the smallest block: entries stay below it. */
export const ENTRY_MAX = 2 ** 28 - 1;

/** The fields of a list. The first entry is kept outside the blocks: most lists have no other. */
const FIELDS = 7;
const [FIRST, LAST, COUNT, FIRST_BLOCK, LAST_BLOCK, TAIL, ROOM] = [0, 1, 2, 3, 4, 5, 6] as const;

/** The size of a block after `count` entries: an eighth of a long list is the most that stays empty. */
const blockBytes = (count: number) =>
  Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, count >>> 2));

interface ListStart {
  readonly count: number;
  readonly first: number;
  readonly block: number;
}

/** One list in ascending order, piece by piece. */
export class ListReader {
  #seen = 0;
  #entry: number;
  #block: number;
  #page: Uint8Array | undefined;
  #at = 0;
  #end = 0;

  constructor(
    private readonly pages: readonly Uint8Array[],
    private readonly list: ListStart,
  ) {
    this.#entry = list.first;
    this.#block = list.block;
  }

  /** Copies the next entries, at most `most`, to the beginning of `into`; returns their number, 0 at the end. */
  read(into: Uint32Array, most: number): number {
    const count = Math.min(most, this.list.count - this.#seen);
    let filled = 0;
    if (this.#seen === 0 && count > 0) {
      into[filled++] = this.#entry;
      this.#seen = 1;
      this.#enter(this.#block);
    }
    while (filled < count && this.#page) {
      const before = filled;
      filled = this.#decode(into, before, count);
      this.#seen += filled - before;
      if (filled < count) this.#enter(readAddress(this.#page, this.#block & PAGE_MASK));
    }
    return filled;
  }

  /** Decodes entries until `to` of them are there, or up to the end of the block. */
  #decode(into: Uint32Array, from: number, to: number): number {
    const page = this.#page!;
    const end = this.#end;
    let [at, entry, filled] = [this.#at, this.#entry, from];
    while (filled < to && at < end) {
      let byte = page[at++] ?? 0;
      if (byte === 0) break;
      let step = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = page[at++] ?? 0;
        step |= (byte & 0x7f) << shift;
      }
      entry += step;
      into[filled++] = entry;
    }
    this.#at = at;
    this.#entry = entry;
    return filled;
  }

  #enter(block: number): void {
    const begin = block & PAGE_MASK;
    this.#block = block;
    this.#page = this.pages[block >>> PAGE_BITS];
    this.#at = begin + HEAD_BYTES;
    this.#end = begin + blockBytes(this.#seen);
  }
}

export class Postings {
  /** Address 0 means "no block". */
  readonly #pages: Uint8Array[] = [new Uint8Array(PAGE_BYTES)];
  #end = 1;
  /** All fields of a list are adjacent: with one column per field, a new entry missed every cache. */
  #lists = new Uint32Array(0);

  countOf(list: number): number {
    return this.#field(list, COUNT);
  }

  /** Adds an entry that is not smaller than the last of the list; the same one is not added twice. */
  add(list: number, entry: number): void {
    const lists = withRoom(this.#lists, (list + 1) * FIELDS);
    this.#lists = lists;
    const first = list * FIELDS;
    const count = lists[first + COUNT] ?? 0;
    if (count === 0) lists[first + FIRST] = entry;
    else {
      const step = entry - (lists[first + LAST] ?? 0);
      if (step === 0) return;
      this.#write(list, step);
    }
    lists[first + LAST] = entry;
    lists[first + COUNT] = count + 1;
  }

  /** Reads a list from its beginning, which must not change meanwhile. */
  reader(list: number): ListReader {
    return new ListReader(this.#pages, {
      count: this.countOf(list),
      first: this.#field(list, FIRST),
      block: this.#field(list, FIRST_BLOCK),
    });
  }

  #field(list: number, field: number): number {
    return this.#lists[list * FIELDS + field] ?? 0;
  }

  /** A step never begins with a byte of 0: that is how the end of a block is known. */
  #write(list: number, step: number): void {
    let bytes = 1;
    for (let rest = step >>> 7; rest > 0; rest >>>= 7) bytes += 1;
    if (this.#field(list, ROOM) < bytes) this.#extend(list);
    const lists = this.#lists;
    const tail = lists[list * FIELDS + TAIL] ?? 0;
    const page = this.#pages[tail >>> PAGE_BITS];
    if (!page) return;
    let rest = step;
    for (let at = tail & PAGE_MASK, left = bytes; left > 0; left -= 1) {
      page[at++] = (rest & 0x7f) | (left > 1 ? 0x80 : 0);
      rest >>>= 7;
    }
    lists[list * FIELDS + TAIL] = tail + bytes;
    lists[list * FIELDS + ROOM] = (lists[list * FIELDS + ROOM] ?? 0) - bytes;
  }

  #extend(list: number): void {
    const size = blockBytes(this.countOf(list));
    const block = this.#allocate(size);
    const [lists, first] = [this.#lists, list * FIELDS];
    if (this.#field(list, TAIL) === 0) lists[first + FIRST_BLOCK] = block;
    else this.#chain(list, block);
    lists[first + TAIL] = block + HEAD_BYTES;
    lists[first + ROOM] = size - HEAD_BYTES;
    lists[first + LAST_BLOCK] = block;
  }

  #chain(list: number, block: number): void {
    const last = this.#field(list, LAST_BLOCK);
    const page = this.#pages[last >>> PAGE_BITS];
    if (page) writeAddress(page, last & PAGE_MASK, block);
  }

  /** A block never crosses the end of a page. */
  #allocate(size: number): number {
    if ((this.#end & PAGE_MASK) + size > PAGE_BYTES || this.#end === this.#bytes()) {
      this.#end = this.#bytes();
      this.#pages.push(new Uint8Array(PAGE_BYTES));
    }
    const block = this.#end;
    this.#end += size;
    return block;
  }

  #bytes(): number {
    return this.#pages.length * PAGE_BYTES;
  }
}

function readAddress(page: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = page.subarray(at, at + HEAD_BYTES);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function writeAddress(page: Uint8Array, at: number, address: number): void {
  for (let byte = 0; byte < HEAD_BYTES; byte += 1)
    page[at + byte] = (address >>> (8 * byte)) & 0xff;
}
