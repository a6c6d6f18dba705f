/** Which peers fetch which content from here at the moment, so that they learn of each other. */
import { type FileHash, HAVE_PEERS_MAX, type PeerId, setRecent } from '@iwanto/wire';

/** A peer that has not asked for this long no longer fetches, in ms. */
const FORGET_MS = 20_000;
/** Contents remembered. */
const CONTENTS_MAX = 1_024;

interface Group {
  readonly seenMs: Map<PeerId, number>;
  readonly waiting: Set<() => void>;
  /** Rises with each newcomer. */
  version: number;
}

export class Fetchers {
  readonly #groups = new Map<FileHash, Group>();

  constructor(private readonly nowMs: () => number) {}

  /** A peer asked which pieces of a content are here. */
  seen(root: FileHash, peer: PeerId): void {
    const group = this.#group(root);
    const isNew = !group.seenMs.has(peer);
    group.seenMs.set(peer, this.nowMs());
    if (!isNew) return;
    group.version += 1;
    for (const wake of [...group.waiting]) wake();
  }

  versionOf(root: FileHash): number {
    return this.#groups.get(root)?.version ?? 0;
  }

  /** The peers that fetch it, without the asker; the newest if there are many. */
  of(root: FileHash, asker: PeerId): PeerId[] {
    const group = this.#groups.get(root);
    if (!group) return [];
    const beforeMs = this.nowMs() - FORGET_MS;
    for (const [peer, seenMs] of group.seenMs) if (seenMs < beforeMs) group.seenMs.delete(peer);
    return [...group.seenMs.keys()].filter((peer) => peer !== asker).slice(-HAVE_PEERS_MAX);
  }

  /** Calls `wake` at each newcomer, until the returned function is called. */
  onNews(root: FileHash, wake: () => void): () => void {
    const { waiting } = this.#group(root);
    waiting.add(wake);
    return () => waiting.delete(wake);
  }

  #group(root: FileHash): Group {
    const known = this.#groups.get(root) ?? { seenMs: new Map(), waiting: new Set(), version: 0 };
    setRecent(this.#groups, [root, known], CONTENTS_MAX);
    return known;
  }
}
