/**
 * Proofs that a run of piece digests belongs to a file: the tops of the subtrees beside the run,
 * in the order a walk from left to right meets them. One piece is a run of one.
 */
import { type FileHash, pieceCount } from '@iwanto/wire';
import { type Blake3, DIGEST_BYTES } from './blake3.js';
import { digestAt } from './pieces.js';
import { fileRoot, innerDigest, leftLeaves } from './tree.js';

/** A run of pieces: the first one and how many. */
export interface PieceRun {
  readonly first: number;
  readonly count: number;
}

/** A node of the tree: the leaves below it. */
interface Span {
  readonly from: number;
  readonly leaves: number;
}

const isOutside = (span: Span, run: PieceRun) =>
  span.from >= run.first + run.count || span.from + span.leaves <= run.first;

function halves(span: Span): [left: Span, right: Span] {
  const left = leftLeaves(span.leaves);
  return [
    { from: span.from, leaves: left },
    { from: span.from + left, leaves: span.leaves - left },
  ];
}

const fits = (size: number, { first, count }: PieceRun) =>
  Number.isSafeInteger(size) &&
  size >= 0 &&
  Number.isSafeInteger(first) &&
  Number.isSafeInteger(count) &&
  first >= 0 &&
  count >= 1 &&
  first + count <= pieceCount(size);

function topOf(blake3: Blake3, digests: Uint8Array, span: Span): Uint8Array {
  if (span.leaves === 1) return digestAt(digests, span.from);
  const [left, right] = halves(span);
  return innerDigest(blake3, topOf(blake3, digests, left), topOf(blake3, digests, right));
}

/**
 * The proof for `run` of the file whose whole layer is `digests`, 32 bytes per subtree.
 * RangeError if the file has no such pieces.
 */
export function proveRun(
  blake3: Blake3,
  file: { readonly digests: Uint8Array; readonly size: number },
  run: PieceRun,
): Uint8Array {
  if (!fits(file.size, run)) {
    throw new RangeError(
      `A file of ${file.size} bytes has no ${run.count} pieces from ${run.first}.`,
    );
  }
  const tops: Uint8Array[] = [];
  const walk = (span: Span): void => {
    if (isOutside(span, run)) tops.push(topOf(blake3, file.digests, span));
    else if (span.leaves > 1) halves(span).forEach(walk);
  };
  walk({ from: 0, leaves: pieceCount(file.size) });
  const proof = new Uint8Array(tops.length * DIGEST_BYTES);
  tops.forEach((top, at) => proof.set(top, at * DIGEST_BYTES));
  return proof;
}

/** What an untrusted peer claims to be `run` of a file. */
export interface ProvenRun extends PieceRun {
  /** Digests of the run, 32 bytes per piece. */
  readonly digests: Uint8Array;
  readonly proof: Uint8Array;
}

/** Whether the run belongs to the file `root` of `size` bytes. A wrong size, depth or length is false, never an error. */
export function verifyRun(
  blake3: Blake3,
  file: { readonly root: FileHash; readonly size: number },
  run: ProvenRun,
): boolean {
  if (!fits(file.size, run) || run.digests.length !== run.count * DIGEST_BYTES) return false;
  let used = 0;
  const nextTop = (): Uint8Array => {
    used += 1;
    return digestAt(run.proof, used - 1);
  };
  const walk = (span: Span): Uint8Array => {
    if (isOutside(span, run)) return nextTop();
    if (span.leaves === 1) return digestAt(run.digests, span.from - run.first);
    const [left, right] = halves(span);
    const leftTop = walk(left);
    return innerDigest(blake3, leftTop, walk(right));
  };
  if (run.proof.length !== proofSubtrees(file.size, run) * DIGEST_BYTES) return false;
  return (
    fileRoot(blake3, file.size, walk({ from: 0, leaves: pieceCount(file.size) })) === file.root
  );
}

/** How many subtrees the proof of a run names: a proof of any other length is refused before any hashing. */
function proofSubtrees(size: number, run: PieceRun): number {
  const count = (span: Span): number => {
    if (isOutside(span, run)) return 1;
    if (span.leaves === 1) return 0;
    const [left, right] = halves(span);
    return count(left) + count(right);
  };
  return count({ from: 0, leaves: pieceCount(size) });
}
