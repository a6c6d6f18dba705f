/**
 * The Merkle tree over piece digests, and the file root on top of it, which binds the size.
 * The shape is fixed by the number of leaves: the left subtree holds the largest power of two
 * that is smaller than the whole (docs/wire.md, "Content hashes and manifests").
 */
import { type FileHash, pieceCount } from '@iwanto/wire';
import { type Blake3, DIGEST_BYTES } from './blake3.js';

/** The digest of an inner node. */
export function innerDigest(blake3: Blake3, left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * DIGEST_BYTES);
  both.set(left, 0);
  both.set(right, DIGEST_BYTES);
  return blake3.keyed('inner', both);
}

const SIZE_BYTES = 8;
const TWO_TO_32 = 0x1_0000_0000;
/** What is hashed for a root. Used again for each: a directory has many small files, and each has one. */
const rooted = new Uint8Array(SIZE_BYTES + DIGEST_BYTES);
const sizeView = new DataView(rooted.buffer, 0, SIZE_BYTES);

/** The root of a file: its size and the top of its tree, nothing else for an empty file. */
export function fileRoot(blake3: Blake3, size: number, top: Uint8Array | undefined): FileHash {
  sizeView.setUint32(0, Math.floor(size / TWO_TO_32));
  sizeView.setUint32(4, size % TWO_TO_32);
  if (top) rooted.set(top, SIZE_BYTES);
  const bytes = top ? rooted : rooted.subarray(0, SIZE_BYTES);
  return blake3.keyedHex('file', bytes) as FileHash;
}

/** Leaves of the left subtree of a node over `count` >= 2 leaves. */
export function leftLeaves(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

interface Subtree {
  readonly digest: Uint8Array;
  readonly leaves: number;
}

/** Takes the digests of a file's pieces in order and returns its root; holds one digest per tree level. */
export class FileRootBuilder {
  readonly #blake3: Blake3;
  readonly #subtrees: Subtree[] = [];
  #pieces = 0;

  constructor(blake3: Blake3) {
    this.#blake3 = blake3;
  }

  /** The digest is kept, not copied. */
  push(digest: Uint8Array): void {
    this.#pieces += 1;
    let subtree: Subtree = { digest, leaves: 1 };
    for (;;) {
      const left = this.#subtrees.at(-1);
      if (left?.leaves !== subtree.leaves) break;
      this.#subtrees.pop();
      subtree = {
        digest: innerDigest(this.#blake3, left.digest, subtree.digest),
        leaves: left.leaves * 2,
      };
    }
    this.#subtrees.push(subtree);
  }

  /** The root of the file of `size` bytes. RangeError if the pieces pushed are not those of that size. */
  finish(size: number): FileHash {
    if (this.#pieces !== pieceCount(size)) {
      throw new RangeError(`A file of ${size} bytes does not have ${this.#pieces} pieces.`);
    }
    let top: Uint8Array | undefined;
    for (const { digest } of this.#subtrees.toReversed()) {
      top = top ? innerDigest(this.#blake3, digest, top) : digest;
    }
    return fileRoot(this.#blake3, size, top);
  }
}

/**
 * The root of a file from its whole layer of piece digests, 32 bytes each, one after the other.
 * RangeError if the layer is not that of `size` bytes.
 */
export function fileRootFromDigests(blake3: Blake3, digests: Uint8Array, size: number): FileHash {
  if (digests.length !== pieceCount(size) * DIGEST_BYTES) {
    throw new RangeError(`${digests.length} bytes of digests do not fit a file of ${size} bytes.`);
  }
  const builder = new FileRootBuilder(blake3);
  for (let at = 0; at < digests.length; at += DIGEST_BYTES) {
    builder.push(digests.subarray(at, at + DIGEST_BYTES));
  }
  return builder.finish(size);
}

/** Whether a whole layer of digests from an untrusted peer is that of the file `root` of `size` bytes. */
export function verifyDigests(
  blake3: Blake3,
  file: { readonly root: FileHash; readonly size: number },
  digests: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(file.size) || file.size < 0) return false;
  if (digests.length !== pieceCount(file.size) * DIGEST_BYTES) return false;
  return fileRootFromDigests(blake3, digests, file.size) === file.root;
}
