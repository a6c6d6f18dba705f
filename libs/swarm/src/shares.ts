/**
 * Which of the peers that download the same content at the same time asks the full holders for which piece: each piece
 * belongs to one of them (rendezvous hashing), so that they fetch different pieces without exchanging a message
 * about it.
 */
import type { PeerId } from '@iwanto/wire';

const HEX_CHARACTERS = 8;

export class Shares {
  readonly #self: number | undefined;
  readonly #others = new Map<PeerId, number>();

  /** Without `self` every piece belongs here. */
  constructor(self: PeerId | undefined) {
    this.#self = self === undefined ? undefined : saltOf(self);
  }

  /** Another peer downloads as well. */
  join(peer: PeerId): void {
    this.#others.set(peer, saltOf(peer));
  }

  leave(peer: PeerId): void {
    this.#others.delete(peer);
  }

  /** How many others precede this peer in fetching this piece: 0 if it is this peer's own. */
  before(piece: number): number {
    if (this.#self === undefined) return 0;
    const own = weight(this.#self, piece);
    let count = 0;
    for (const salt of this.#others.values()) if (weight(salt, piece) > own) count += 1;
    return count;
  }
}

const saltOf = (peer: PeerId) => Number.parseInt(peer.slice(0, HEX_CHARACTERS), 16) >>> 0;

/** The finalizer of MurmurHash3: every bit of both numbers matters. */
function weight(salt: number, piece: number): number {
  let mixed = (salt ^ Math.imul(piece + 1, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
