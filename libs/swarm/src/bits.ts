/** A growing set of small numbers, one bit each: which pieces a source has. */
export class Bits {
  #bytes = new Uint8Array(16);
  count = 0;

  has(number: number): boolean {
    return (((this.#bytes[number >> 3] ?? 0) >> (number & 7)) & 1) === 1;
  }

  /** True when it was not there before. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    const at = number >> 3;
    if (at >= this.#bytes.length) this.#grow(at + 1);
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (number & 7));
    this.count += 1;
    return true;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let number = 0; number < this.#bytes.length * 8; number += 1) {
      if (this.has(number)) yield number;
    }
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(bytes, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
