/** The bytes of all names in large pages: no object a name, and nothing of a received message is kept alive. */

const PAGE_BITS = 20;
const PAGE_BYTES = 2 ** PAGE_BITS;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text in `into`; gives how many. The text is known to fit. */
export const encodeName = (text: string, into: Uint8Array): number =>
  encoder.encodeInto(text, into).written;

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

  /** Where the name stands from now on. */
  add(name: Uint8Array): number {
    if (this.#end + name.length > PAGE_BYTES) {
      this.#pages.push(new Uint8Array(PAGE_BYTES));
      this.#end = 0;
    }
    const page = this.#pages.length - 1;
    this.#pages[page]?.set(name, this.#end);
    const offset = page * PAGE_BYTES + this.#end;
    this.#end += name.length;
    return offset;
  }

  drop(length: number): void {
    this.#droppedBytes += length;
  }

  /** A view of the bytes, valid until the store is replaced. */
  at(offset: number, length: number): Uint8Array {
    const page = this.#pages[Math.floor(offset / PAGE_BYTES)] ?? new Uint8Array(length);
    const start = offset % PAGE_BYTES;
    return page.subarray(start, start + length);
  }

  /** True where these bytes stand at an offset. */
  equals(offset: number, bytes: Uint8Array): boolean {
    const page = this.#pages[Math.floor(offset / PAGE_BYTES)];
    const start = offset % PAGE_BYTES;
    for (let at = 0; at < bytes.length; at += 1) {
      if (page?.[start + at] !== bytes[at]) return false;
    }
    return true;
  }

  text(offset: number, length: number): string {
    return decoder.decode(this.at(offset, length));
  }
}
