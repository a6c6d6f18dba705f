/** Writes and reads the fields of a datagram: big endian, bounded, and marked as failed on bad input instead of throwing. */
import { bytesOfHex, hexOf } from './hex.js';
import { addressBytes, addressText, isLinkLocal } from './ip-address.js';

const TWO_32 = 2 ** 32;

/** Collects the bytes of one datagram; records instead of throwing when a value does not fit. */
export class FieldWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #misfit = '';

  constructor(bytesMax: number) {
    this.#bytes = new Uint8Array(bytesMax);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): this {
    return this.#number(value, 1, (at) => this.#view.setUint8(at, value));
  }

  u16(value: number): this {
    return this.#number(value, 2, (at) => this.#view.setUint16(at, value));
  }

  u32(value: number): this {
    return this.#number(value, 4, (at) => this.#view.setUint32(at, value));
  }

  u48(value: number): this {
    return this.#number(value, 6, (at) => {
      this.#view.setUint16(at, Math.floor(value / TWO_32));
      this.#view.setUint32(at + 2, value % TWO_32);
    });
  }

  /** Exactly `length` bytes. */
  raw(value: Uint8Array, length = value.length): this {
    const at = this.#room(length);
    if (value.length !== length) this.#misfit ||= `${value.length} bytes where ${length} belong`;
    else if (at !== undefined) this.#bytes.set(value, at);
    return this;
  }

  /** Exactly `length` bytes, given as hex. */
  hex(value: string, length: number): this {
    return this.raw(bytesOfHex(value), length);
  }

  /** One byte of length, then at most `bytesMax` bytes of UTF-8, cut at a character. */
  text(value: string, bytesMax: number): this {
    const bytes = cutText(value, bytesMax);
    return this.u8(bytes.length).raw(bytes);
  }

  /** One byte of family (4 or 6), then the address without its zone. */
  address(value: string): this {
    const bytes = addressBytes(value);
    if (!bytes) {
      this.#misfit ||= `${value} is not an IP address`;
      return this;
    }
    return this.u8(bytes.length === 4 ? 4 : 6).raw(bytes);
  }

  /** One byte: how many entries follow. */
  count(entries: number, entriesMax: number): this {
    if (entries > entriesMax) this.#misfit ||= `${entries} entries, ${entriesMax} may be sent`;
    return this.u8(Math.min(entries, 255));
  }

  /** Zeros up to `length` bytes in all. */
  padTo(length: number): this {
    return this.raw(new Uint8Array(Math.max(0, length - this.#at)));
  }

  /** The bytes, or a sentence about what did not fit. */
  finish(): Uint8Array | string {
    return this.#misfit || this.#bytes.slice(0, this.#at);
  }

  #number(value: number, length: number, set: (at: number) => void): this {
    const at = this.#room(length);
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** length) {
      this.#misfit ||= `${value} does not fit ${length} bytes`;
    } else if (at !== undefined) set(at);
    return this;
  }

  #room(length: number): number | undefined {
    const at = this.#at;
    this.#at += length;
    if (this.#at <= this.#bytes.length) return at;
    this.#misfit ||= `more than ${this.#bytes.length} bytes`;
    return undefined;
  }
}

/** UTF-8 of the beginning of a text, never ending inside a character. */
export function cutText(text: string, bytesMax: number): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= bytesMax) return bytes;
  let end = bytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/**
 * Reads fields in order. Past the end, or at an invalid value, it marks itself `failed`
 * and continues with zeros: the caller asks once, at the end.
 */
export class FieldReader {
  readonly #view: DataView;
  #at = 0;
  #broken = false;

  constructor(
    private readonly bytes: Uint8Array,
    /** The interface the datagram came in by: it becomes the zone of link-local addresses. */
    private readonly zone = '',
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True unless something did not fit; bytes left over are fine: a later version may have added fields. */
  get sound(): boolean {
    return !this.#broken;
  }

  fail(): void {
    this.#broken = true;
  }

  u8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#take(2);
    return at === undefined ? 0 : this.#view.getUint16(at);
  }

  u32(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#view.getUint32(at);
  }

  u48(): number {
    const at = this.#take(6);
    return at === undefined ? 0 : this.#view.getUint16(at) * TWO_32 + this.#view.getUint32(at + 2);
  }

  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return at === undefined ? new Uint8Array(length) : this.bytes.slice(at, at + length);
  }

  hex(length: number): string {
    return hexOf(this.raw(length));
  }

  text(bytesMax: number): string {
    const length = this.u8();
    if (length > bytesMax) this.#broken = true;
    const bytes = this.raw(Math.min(length, bytesMax));
    const text = new TextDecoder().decode(bytes);
    // A replacement character that was not sent means that the bytes were no UTF-8.
    if (!sameBytes(new TextEncoder().encode(text), bytes)) this.#broken = true;
    return text;
  }

  address(): string {
    const family = this.u8();
    if (family !== 4 && family !== 6) this.#broken = true;
    const text = addressText(this.raw(family === 4 ? 4 : 16)) ?? '';
    return this.zone && isLinkLocal(text) ? `${text}%${this.zone}` : text;
  }

  #take(length: number): number | undefined {
    const at = this.#at;
    if (this.#broken || at + length > this.bytes.length) {
      this.#broken = true;
      return undefined;
    }
    this.#at += length;
    return at;
  }
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);
