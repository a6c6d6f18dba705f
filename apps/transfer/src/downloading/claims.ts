/** Contradictory claims of peers about one hash: what a holder can prove decides (HOSTILE 112). */
import { type Blake3, directoryRoot, manifestTotals, parseManifest } from '@iwanto/merkle';
import { type Claim, type LocateAnswer, PIECE_BYTES } from '@iwanto/wire';
import { isContentOf } from '../disk/small-files.js';
import type { Lines } from '../sources/lines.js';
import { type Attempt, SourceSet } from '../sources/source-set.js';
import { askManifest, fetchDigests } from './layers.js';
import type { DownloadTools } from './download-spec.js';

/** How long the proof of a claim may take, in ms: as long as a layer of one source. */
const PROOF_LIMIT_MS = 15_000;

type Tools = Pick<DownloadTools, 'blake3' | 'isAllowed' | 'isTrusted' | 'liars'> & {
  readonly lines: Lines;
};

/** The answer with the claim that was proved first; unchanged if all agree, or if nobody proves any. */
export async function provenClaim(located: LocateAnswer, tools: Tools): Promise<LocateAnswer> {
  const { others = [], ...first } = located;
  if (others.length === 0) return located;
  const settled = new AbortController();
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(PROOF_LIMIT_MS)]);
  const claims: Claim[] = [first, ...others];
  try {
    const proofs = claims.map((claim) => prove({ ...first, ...claim }, tools, signal));
    return await Promise.any(proofs);
  } catch {
    // Nobody answers: the download waits for its sources, and judges by the first claim.
    return first;
  } finally {
    settled.abort();
  }
}

async function prove(
  located: LocateAnswer,
  tools: Tools,
  signal: AbortSignal,
): Promise<LocateAnswer> {
  const nothing = () => undefined;
  const sources = new SourceSet({
    ...{ lines: tools.lines, isAllowed: tools.isAllowed, isTrusted: tools.isTrusted },
    ...{ liars: tools.liars, signal },
    ...{ onReady: nothing, onLost: nothing, onMissing: nothing },
  });
  try {
    sources.offer(located.holders);
    await fetchProof(sources, tools.blake3, located);
    return located;
  } finally {
    sources.close();
  }
}

/** Resolves with data that only a holder of such a content has. */
async function fetchProof(
  sources: SourceSet,
  blake3: Blake3,
  { kind, size, hash: root }: LocateAnswer,
): Promise<unknown> {
  if (kind === 'directory') return sources.fetch(manifestOf(blake3, root, size));
  if (size > PIECE_BYTES) return fetchDigests(sources, blake3, { root, size });
  return sources.fetch(pieceOf(blake3, root, size));
}

const manifestOf =
  (blake3: Blake3, root: LocateAnswer['hash'], size: number): Attempt<true> =>
  async (ask) => {
    const manifest = await askManifest(ask, root);
    if (!manifest) return 'none';
    const isTrue =
      directoryRoot(blake3, manifest) === root &&
      manifestTotals(parseManifest(manifest)).bytes === size;
    return isTrue ? { got: true } : 'bad';
  };

const pieceOf =
  (blake3: Blake3, root: LocateAnswer['hash'], size: number): Attempt<true> =>
  async (ask) => {
    const outcome = await ask({ ask: 'piece', root, first: 0, count: 1 });
    if (outcome.type !== 'data') return 'none';
    return isContentOf(blake3, { size, root }, outcome.body) ? { got: true } : 'bad';
  };
