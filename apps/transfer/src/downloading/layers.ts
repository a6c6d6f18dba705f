/** What must be known before a piece can be verified: manifests and digests, each checked against its root. */
import { type Blake3, MANIFEST_BYTES_MAX, directoryRoot, verifyDigests } from '@iwanto/merkle';
import {
  DIGESTS_PER_FRAME_MAX,
  Failure,
  type FileHash,
  PIECE_BYTES,
  pieceCount,
} from '@iwanto/wire';
import type { Outcome, Wanted } from '../sources/source-line.js';
import type { Attempt, SourceSet } from '../sources/source-set.js';

type Ask = (wanted: Wanted) => Promise<Outcome>;

/** The whole layer of piece digests of a file. Whoever sends a wrong one is banned. */
export function fetchDigests(
  sources: SourceSet,
  blake3: Blake3,
  file: { readonly root: FileHash; readonly size: number },
): Promise<Uint8Array> {
  return sources.fetch(digestsAttempt(blake3, file));
}

/** Asks one source for them. */
export const digestsAttempt =
  (blake3: Blake3, file: { readonly root: FileHash; readonly size: number }): Attempt<Uint8Array> =>
  async (ask) => {
    const digests = await askDigests(ask, file.root, pieceCount(file.size));
    if (!digests) return 'none';
    return verifyDigests(blake3, file, digests) ? { got: digests } : 'bad';
  };

async function askDigests(ask: Ask, root: FileHash, count: number) {
  const parts: Uint8Array[] = [];
  for (let first = 0; first < count; first += DIGESTS_PER_FRAME_MAX) {
    const some = Math.min(DIGESTS_PER_FRAME_MAX, count - first);
    const outcome = await ask({ ask: 'digests', root, first, count: some });
    if (outcome.type !== 'data') return undefined;
    parts.push(outcome.body);
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

export interface ManifestWanted {
  readonly root: FileHash;
  /** Counts the bytes of all manifests of one download; throws when they become too many. */
  readonly spend: (bytes: number) => void;
}

/** A budget for the manifests of one download: together they may be as large as a single one (HOSTILE 68). */
export function manifestBudget(): (bytes: number) => void {
  let left = MANIFEST_BYTES_MAX;
  return (bytes) => {
    left -= bytes;
    if (left < 0)
      throw new Failure('E_VERIFY', 'The directory is refused: its manifests are too large.');
  };
}

/** The bytes of a manifest, checked before a single name in it is read (HOSTILE 70). */
export function fetchManifest(
  sources: SourceSet,
  blake3: Blake3,
  wanted: ManifestWanted,
): Promise<Uint8Array> {
  return sources.fetch(manifestAttempt(blake3, wanted));
}

/** Asks one source for it. */
export const manifestAttempt =
  (blake3: Blake3, { root, spend }: ManifestWanted): Attempt<Uint8Array> =>
  async (ask) => {
    const manifest = await askManifest(ask, root);
    if (!manifest) return 'none';
    if (directoryRoot(blake3, manifest) !== root) return 'bad';
    spend(manifest.length);
    return { got: manifest };
  };

export async function askManifest(ask: Ask, root: FileHash) {
  const parts: Uint8Array[] = [];
  for (let first = 0; first * PIECE_BYTES <= MANIFEST_BYTES_MAX; first += 1) {
    const outcome = await ask({ ask: 'manifest', root, first, count: 1 });
    if (outcome.type !== 'data') return undefined;
    parts.push(outcome.body);
    if (outcome.body.length < PIECE_BYTES) return Buffer.concat(parts);
  }
  return undefined;
}
