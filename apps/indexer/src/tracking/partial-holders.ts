/** Which peers are still fetching what: they can give what they have, but do not count as holders. */
import type { Announcement, FileHash, PeerId } from '@iwanto/wire';

/** Contents per peer that this tracker records as being fetched. */
const CONTENTS_PER_PEER_MAX = 1_000;

export class PartialHolders {
  /** By peer, the content at each path. */
  readonly #ofPeer = new Map<PeerId, Map<string, FileHash>>();

  /** Applies what a tracker accepted; `isAnew`: what was known about the peer before is discarded. */
  take({ peer, entries, gone }: Announcement, isAnew: boolean): void {
    const contents = (isAnew ? undefined : this.#ofPeer.get(peer)) ?? new Map<string, FileHash>();
    for (const path of gone) contents.delete(path);
    for (const { path, hash, partial } of entries) {
      contents.delete(path);
      if (partial && contents.size < CONTENTS_PER_PEER_MAX) contents.set(path, hash);
    }
    if (contents.size > 0) this.#ofPeer.set(peer, contents);
    else this.#ofPeer.delete(peer);
  }

  drop(peer: PeerId): void {
    this.#ofPeer.delete(peer);
  }

  of(hash: FileHash): PeerId[] {
    return [...this.#ofPeer].flatMap(([peer, contents]) =>
      [...contents.values()].includes(hash) ? [peer] : [],
    );
  }
}
