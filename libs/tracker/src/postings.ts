/** Lists of numbers that only grow, very many of them: blocks in shared pages, each list a chain of larger blocks. */

const PAGE_BITS = 16;
const PAGE_CELLS = 2 ** PAGE_BITS;
/** The first cell of a block names the next block. */
const HEAD_CELLS = 1;
const BLOCK_ENTRIES_MIN = 3;
const BLOCK_ENTRIES_MAX = 1_023;

/** Entries of the block that follows after `count` entries: an eighth of a list is the most that stays empty. */
const blockEntries = (count: number) =>
  Math.min(BLOCK_ENTRIES_MAX, Math.max(BLOCK_ENTRIES_MIN, count >>> 2));

export class Postings {
  /** Page 0 begins with an unused cell, so that address 0 means "no block". */
  readonly #pages: Uint32Array[] = [new Uint32Array(PAGE_CELLS)];
  #end = 1;
  readonly #first: Uint32Array;
  readonly #count: Uint32Array;
  /** Where the next entry of each list goes, and how many still fit there. */
  readonly #tail: Uint32Array;
  readonly #room: Uint16Array;
  readonly #lastBlock: Uint32Array;
  /** Entries of all lists. */
  size = 0;

  constructor(lists: number) {
    this.#first = new Uint32Array(lists);
    this.#count = new Uint32Array(lists);
    this.#tail = new Uint32Array(lists);
    this.#room = new Uint16Array(lists);
    this.#lastBlock = new Uint32Array(lists);
  }

  countOf(list: number): number {
    return this.#count[list] ?? 0;
  }

  add(list: number, entry: number): void {
    if (this.#room[list] === 0) this.#extend(list);
    const at = this.#tail[list] ?? 0;
    const page = this.#pages[at >>> PAGE_BITS];
    if (page) page[at & (PAGE_CELLS - 1)] = entry;
    this.#tail[list] = at + 1;
    this.#room[list] = (this.#room[list] ?? 0) - 1;
    this.#count[list] = (this.#count[list] ?? 0) + 1;
    this.size += 1;
  }

  /** Copies a list to the beginning of `into`, which has room for it; gives the number of entries. */
  read(list: number, into: Uint32Array): number {
    const count = this.countOf(list);
    let block = this.#first[list] ?? 0;
    for (let seen = 0; seen < count;) {
      const page = this.#pages[block >>> PAGE_BITS];
      if (!page) return seen;
      const entries = blockEntries(seen);
      const start = (block & (PAGE_CELLS - 1)) + HEAD_CELLS;
      into.set(page.subarray(start, start + Math.min(entries, count - seen)), seen);
      seen += entries;
      block = page[start - HEAD_CELLS] ?? 0;
    }
    return count;
  }

  #extend(list: number): void {
    const entries = blockEntries(this.countOf(list));
    const block = this.#allocate(HEAD_CELLS + entries);
    const last = this.#lastBlock[list] ?? 0;
    const lastPage = this.#pages[last >>> PAGE_BITS];
    if (last === 0) this.#first[list] = block;
    else if (lastPage) lastPage[last & (PAGE_CELLS - 1)] = block;
    this.#lastBlock[list] = block;
    this.#tail[list] = block + HEAD_CELLS;
    this.#room[list] = entries;
  }

  /** A block never crosses the end of a page. */
  #allocate(cells: number): number {
    if ((this.#end & (PAGE_CELLS - 1)) + cells > PAGE_CELLS || this.#end === this.#cells()) {
      this.#end = this.#cells();
      this.#pages.push(new Uint32Array(PAGE_CELLS));
    }
    const block = this.#end;
    this.#end += cells;
    return block;
  }

  #cells(): number {
    return this.#pages.length * PAGE_CELLS;
  }
}
