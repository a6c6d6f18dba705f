/** One watch for each source of a content: what it has of it, and who else fetches it. */
import type { FileHash, PeerId } from '@iwanto/wire';
import type { AskingLine } from '../sources/group-line.js';
import { HaveWatch } from './have-watch.js';

export interface HaveWatchesOptions {
  readonly root: FileHash;
  readonly onPieces: (peer: PeerId, pieces: readonly number[] | 'all') => void;
  /** A source does not have the content at all. */
  readonly onMissing: (peer: PeerId) => void;
  readonly onPeers: (peers: readonly PeerId[]) => void;
}

export class HaveWatches {
  readonly #watches = new Map<PeerId, HaveWatch>();

  constructor(private readonly options: HaveWatchesOptions) {}

  add(peer: PeerId, line: AskingLine): void {
    const { root, onPieces, onMissing, onPeers } = this.options;
    this.remove(peer);
    const watch = new HaveWatch({
      ...{ line, root, onPeers },
      onMissing: () => onMissing(peer),
      onPieces: (pieces) => onPieces(peer, pieces),
    });
    this.#watches.set(peer, watch);
  }

  remove(peer: PeerId): void {
    this.#watches.get(peer)?.stop();
    this.#watches.delete(peer);
  }

  stop(): void {
    for (const peer of [...this.#watches.keys()]) this.remove(peer);
  }
}
