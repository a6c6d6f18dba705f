/** The peers that the user trusts, and those that are neither asked nor answered. */
import { type Bus, admitOnly, refuseKeys } from '@iwanto/bus';
import type { PeerId, PublicKey } from '@iwanto/wire';
import type { Config } from './config-schema.js';
import type { Identity } from './identity.js';

type Choice = Pick<Config, 'mode' | 'trust' | 'block'>;

/**
 * The only peers that may come near, null where anybody may. It holds for a whole life of a service (`fixedBy`):
 * whoever is no longer among them loses the lines that are open.
 */
export const pinnedPeers = ({ mode, trust }: Pick<Choice, 'mode' | 'trust'>): PeerId[] | null =>
  mode === 'pinned' ? trust.toSorted() : null;

export interface TrustScope {
  readonly bus: Pick<Bus, 'follow'>;
  readonly identity: Pick<Identity, 'peer'>;
}

export class PeerTrust {
  readonly #self: PeerId;
  #keys = new Map<PeerId, PublicKey>();
  #trusted: ReadonlySet<PeerId> = new Set();
  #blocked: ReadonlySet<PeerId> = new Set();
  #isPinned = false;

  constructor(choice: Choice, { bus, identity }: TrustScope) {
    this.#self = identity.peer;
    this.reconfigure(choice);
    bus.follow('peers.changed', ({ peers }) => {
      const gone = [...this.#keys].filter(([peer]) => this.#blocked.has(peer));
      const here = peers.map(({ peer, curveKey }) => [peer, curveKey] as const);
      this.#keys = new Map([...gone, ...here]);
      this.#keepDoor();
    });
  }

  /** Its offers are taken before those of others. */
  readonly isTrusted = (peer: PeerId): boolean => this.#trusted.has(peer);

  readonly isBlocked = (peer: PeerId): boolean => {
    if (peer === this.#self) return false;
    return this.#blocked.has(peer) || (this.#isPinned && !this.#trusted.has(peer));
  };

  reconfigure({ mode, trust, block }: Choice): void {
    this.#trusted = new Set(trust);
    this.#blocked = new Set(block);
    this.#isPinned = mode === 'pinned';
    this.#keepDoor();
  }

  /** Who asks over a line is known by the key of its handshake alone: no line of a blocked one is let in. */
  #keepDoor(): void {
    const keysOf = (isOne: (peer: PeerId) => boolean) =>
      [...this.#keys].flatMap(([peer, key]) => (isOne(peer) ? [key] : []));
    refuseKeys(keysOf((peer) => this.#blocked.has(peer)));
    admitOnly(this.#isPinned ? keysOf((peer) => this.#trusted.has(peer)) : undefined);
  }
}
