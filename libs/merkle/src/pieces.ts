/** A file as pieces of 1 MiB: how long each is, and whether bytes are the right ones. */
import { PIECE_BYTES, pieceCount } from '@iwanto/wire';
import { type Blake3, DIGEST_BYTES } from './blake3.js';

/** Bytes of piece `index`: 1 MiB for all but the last. RangeError if the file has no such piece. */
export function pieceBytes(size: number, index: number): number {
  if (!Number.isSafeInteger(index) || index < 0 || index >= pieceCount(size)) {
    throw new RangeError(`A file of ${size} bytes has no piece ${index}.`);
  }
  return Math.min(PIECE_BYTES, size - index * PIECE_BYTES);
}

/**
 * The allocator puts a large block 16 bytes behind the beginning of a page. Cached file data begins with a
 * page, and a copy whose target is a few bytes ahead of its source, counted within a page, runs at half the
 * speed (measured: 7.1 instead of 15 GiB/s; processors compare the low 12 bits of addresses to see whether
 * a load has to wait for a store). One cache line further on nothing has to wait.
 */
const SHIFT_BYTES = 64;

/** Memory for reading a piece of `bytes`, placed for speed and not cleared. */
export const pieceBuffer = (bytes: number): Buffer =>
  Buffer.allocUnsafeSlow(bytes + SHIFT_BYTES).subarray(SHIFT_BYTES);

/** The digest of piece `index` in a layer of consecutive digests. */
export function digestAt(digests: Uint8Array, index: number): Uint8Array {
  return digests.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
}

/** Whether two digests are equal. */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  return one.every((byte, at) => byte === other[at]);
}

/** Whether `bytes` are the piece that `digest` names. */
export function verifyPiece(blake3: Blake3, digest: Uint8Array, bytes: Uint8Array): boolean {
  return bytes.length <= PIECE_BYTES && sameDigest(blake3.hash(bytes), digest);
}
