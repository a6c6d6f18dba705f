/** The bytes of all names in large pages: no object a name, and nothing of a received message is kept alive. */

const PAGE_BITS = 20;
const PAGE_BYTES = 2 ** PAGE_BITS;
const PAGE_MASK = PAGE_BYTES - 1;
const FNV_PRIME = 0x0100_0193;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text as UTF-8, in bytes that are used again for the next one: a view a name takes longer than all else. */
export class EncodedName {
  readonly bytes: Uint8Array;
  /** The part that is the name: all of the text, unless it was narrowed. */
  from = 0;
  length = 0;

  constructor(bytesMax: number) {
    this.bytes = new Uint8Array(bytesMax);
  }

  /** Takes a text that is known to fit. */
  set(text: string): void {
    const { bytes } = this;
    this.from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) {
        this.length = encoder.encodeInto(text, bytes).written;
        return;
      }
      bytes[at] = code;
    }
    this.length = text.length;
  }

  /** Makes a part of the text the name. */
  narrow(from: number, to: number): void {
    this.from = from;
    this.length = to - from;
  }

  hash(seed: number): number {
    return hashOf(this.bytes, { from: this.from, to: this.from + this.length }, seed);
  }
}

function hashOf(bytes: Uint8Array, { from, to }: { from: number; to: number }, seed: number) {
  let hash = seed;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
  return hash;
}

const NO_PAGE = new Uint8Array(0);

/** Appends names; what is dropped is only counted, the owner moves the rest to a new store in time. */
export class NameBytes {
  readonly #pages: Uint8Array[] = [];
  #end = PAGE_BYTES;
  #droppedBytes = 0;

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Bytes of memory that the pages take. */
  get bytes(): number {
    return this.#pages.length * PAGE_BYTES;
  }

  /** Stores the name and returns its offset. */
  add({ bytes, from, length }: EncodedName): number {
    const offset = this.#take(length);
    const page = this.#pageOf(offset);
    const start = offset & PAGE_MASK;
    for (let at = 0; at < length; at += 1) page[start + at] = bytes[from + at] ?? 0;
    return offset;
  }

  /** The same for a name of another store. */
  addFrom(other: NameBytes, offset: number, length: number): number {
    const start = offset & PAGE_MASK;
    const name = other.#pageOf(offset).subarray(start, start + length);
    const copy = this.#take(length);
    this.#pageOf(copy).set(name, copy & PAGE_MASK);
    return copy;
  }

  drop(length: number): void {
    this.#droppedBytes += length;
  }

  /** True if this name is stored at the offset. */
  equals(offset: number, { bytes, from, length }: EncodedName): boolean {
    const page = this.#pageOf(offset);
    const start = offset & PAGE_MASK;
    for (let at = 0; at < length; at += 1) {
      if (page[start + at] !== bytes[from + at]) return false;
    }
    return true;
  }

  /** The same as that of the name before it was added. */
  hash(offset: number, length: number, seed: number): number {
    const from = offset & PAGE_MASK;
    return hashOf(this.#pageOf(offset), { from, to: from + length }, seed);
  }

  byteAt(offset: number): number {
    return this.#pageOf(offset)[offset & PAGE_MASK] ?? 0;
  }

  text(offset: number, length: number): string {
    const start = offset & PAGE_MASK;
    return decoder.decode(this.#pageOf(offset).subarray(start, start + length));
  }

  #take(length: number): number {
    if (this.#end + length > PAGE_BYTES) {
      this.#pages.push(new Uint8Array(PAGE_BYTES));
      this.#end = 0;
    }
    const offset = (this.#pages.length - 1) * PAGE_BYTES + this.#end;
    this.#end += length;
    return offset;
  }

  #pageOf(offset: number): Uint8Array {
    return this.#pages[Math.floor(offset / PAGE_BYTES)] ?? NO_PAGE;
  }
}
