/** Every piece of a download and its state: wanted, asked for, there, or held back. */
import { PIECE_BYTES, pieceCount } from '@iwanto/wire';
import type { PieceAt, WantedFile } from './messages.js';

const WANTED = 0;
const ASKED = 1;
const THERE = 2;
/** Part of a file that cannot be verified yet. */
const HELD_BACK = 3;

/** Pieces are numbered across all files, so that one list serves files of any size. */
export class PieceTable {
  #states = new Uint8Array(1_024);
  count = 0;
  /** The first piece of each file, and after the last file the number of all pieces. */
  readonly #starts: number[] = [0];
  readonly #fileBytes: number[] = [];
  readonly #missing: number[] = [];
  /** Pieces of all files that are not there yet. */
  missingTotal = 0;
  /** Pieces that no source is asked for. */
  wantedTotal = 0;

  /** Adds a file and returns its number. */
  add(file: WantedFile): number {
    const pieces = pieceCount(file.bytes);
    const number = this.#missing.length;
    const from = this.count;
    this.#grow(from + pieces);
    this.#states.fill(HELD_BACK, from, from + pieces);
    this.count += pieces;
    this.#starts.push(this.count);
    this.#fileBytes.push(file.bytes);
    this.#missing.push(pieces);
    this.missingTotal += pieces;
    if (file.isHeldBack !== true) this.release(number, file.have ?? []);
    return number;
  }

  /** Pieces of a file that was held back may be requested, except those in `have`, which are there. */
  release(file: number, have: readonly number[]): void {
    const from = this.#starts[file] ?? 0;
    const to = this.#starts[file + 1] ?? from;
    for (const index of have) {
      if (this.#states[from + index] !== HELD_BACK) continue;
      this.#states[from + index] = THERE;
      this.#missing[file] = this.missingOf(file) - 1;
      this.missingTotal -= 1;
    }
    for (let piece = from; piece < to; piece += 1) {
      if (this.#states[piece] !== HELD_BACK) continue;
      this.#states[piece] = WANTED;
      this.wantedTotal += 1;
    }
  }

  /** The number of a piece, or undefined if there is no such piece. */
  numberOf({ file, index }: PieceAt): number | undefined {
    const start = this.#starts[file];
    const end = this.#starts[file + 1];
    if (start === undefined || end === undefined || index < 0) return undefined;
    return start + index < end ? start + index : undefined;
  }

  at(piece: number): PieceAt {
    const file = this.fileOf(piece);
    return { file, index: piece - (this.#starts[file] ?? 0) };
  }

  bytesOf(piece: number): number {
    const { file, index } = this.at(piece);
    return Math.min(PIECE_BYTES, (this.#fileBytes[file] ?? 0) - index * PIECE_BYTES);
  }

  missingOf(file: number): number {
    return this.#missing[file] ?? 0;
  }

  isThere(piece: number): boolean {
    return this.#states[piece] === THERE;
  }

  isWanted(piece: number): boolean {
    return this.#states[piece] === WANTED;
  }

  ask(piece: number): void {
    if (this.#states[piece] === WANTED) this.wantedTotal -= 1;
    this.#states[piece] = ASKED;
  }

  /** No source is asked for it any more. */
  giveBack(piece: number): void {
    if (this.#states[piece] !== ASKED) return;
    this.#states[piece] = WANTED;
    this.wantedTotal += 1;
  }

  /** Returns the file that the piece completed, if it did. */
  arrive(piece: number): number | undefined {
    if (this.#states[piece] === THERE) return undefined;
    if (this.isWanted(piece)) this.wantedTotal -= 1;
    this.#states[piece] = THERE;
    this.missingTotal -= 1;
    const file = this.fileOf(piece);
    const left = this.missingOf(file) - 1;
    this.#missing[file] = left;
    return left === 0 ? file : undefined;
  }

  /** It was there and is no longer. */
  forget(piece: number): void {
    if (this.#states[piece] !== THERE) return;
    this.#states[piece] = WANTED;
    this.wantedTotal += 1;
    this.missingTotal += 1;
    const file = this.fileOf(piece);
    this.#missing[file] = this.missingOf(file) + 1;
  }

  /** Wanted pieces that may be requested, each once, from `from` on to the end and then from the start. */
  *wantedFrom(from: number, mayAsk: (file: number) => boolean): Generator<number> {
    const start = from < this.count ? from : 0;
    yield* this.#wantedIn(start, this.count, mayAsk);
    yield* this.#wantedIn(0, start, mayAsk);
  }

  *#wantedIn(from: number, to: number, mayAsk: (file: number) => boolean): Generator<number> {
    let piece = this.#skipOthers(from);
    while (piece < to) {
      const file = this.fileOf(piece);
      const isOpen = mayAsk(file);
      if (isOpen) yield piece;
      piece = this.#skipOthers(isOpen ? piece + 1 : (this.#starts[file + 1] ?? this.count));
    }
  }

  #skipOthers(from: number): number {
    const at = this.#states.subarray(0, this.count).indexOf(WANTED, from);
    return at < 0 ? this.count : at;
  }

  fileOf(piece: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= piece) low = middle;
      else high = middle;
    }
    // Empty files share their start with the next one: the search ends at the last, which holds it.
    return low;
  }

  #grow(count: number): void {
    if (count <= this.#states.length) return;
    const larger = new Uint8Array(Math.max(count, this.#states.length * 2));
    larger.set(this.#states);
    this.#states = larger;
  }
}
