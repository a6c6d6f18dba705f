/**
 * Of a single file that nothing is known of here, first pieces are asked for beside the digests, and wait in memory until
 * they can be judged. The source that is asked for the digests is asked for nothing else: a piece before them would
 * delay those of all sources, by 100 ms if this one is slow.
 */
import { DIGESTS_PER_FRAME_MAX, PIECE_BYTES, type PeerId, pieceCount } from '@iwanto/wire';
import type { Unit } from '../disk/units.js';

export class EarlyPieces {
  #isOpen: boolean;
  #giver: { readonly peer: PeerId; readonly begin: () => void } | undefined;

  /** Of several files sources give pieces of one while digests of others are awaited; many digests take long. */
  constructor(units: readonly Unit[], isResumed: boolean) {
    const bytes = units.length === 1 ? (units[0]?.bytes ?? 0) : 0;
    this.#isOpen = !isResumed && bytes > PIECE_BYTES && pieceCount(bytes) <= DIGESTS_PER_FRAME_MAX;
  }

  /** Whether pieces may be asked for although they cannot be judged yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A source has come: it begins immediately, or when the digests are here. */
  add(peer: PeerId, begin: () => void): void {
    if (this.#isOpen && !this.#giver) this.#giver = { peer, begin };
    else begin();
  }

  lose(peer: PeerId): void {
    if (this.#giver?.peer === peer) this.#giver = undefined;
  }

  /** The digests are here. */
  end(): void {
    this.#isOpen = false;
    this.#giver?.begin();
    this.#giver = undefined;
  }
}
