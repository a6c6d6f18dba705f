/** The peers that the user trusts, and those that are neither asked nor answered. */
import { type Bus, keepDoor } from '@iwanto/bus';
import type { PeerId, PublicKey } from '@iwanto/wire';
import type { Config } from './config-schema.js';
import { type ConfigInForce, groupOfMode } from './in-force.js';
import type { Identity } from './identity.js';

type Choice = Pick<Config, 'mode' | 'trust' | 'block'>;

/** The only peers that are admitted; undefined if no list limits them. */
export const pinnedPeers = ({ mode, trust }: Pick<Choice, 'mode' | 'trust'>) =>
  mode === 'pinned' ? trust.toSorted() : undefined;

/**
 * Who is admitted. It is fixed for a whole life of a service (`fixedBy`): a peer that is no longer among them,
 * or has only the old key of a group, loses its open lines.
 */
export const admission = (config: ConfigInForce): unknown => [
  config.mode,
  pinnedPeers(config),
  groupOfMode(config),
];

export interface TrustScope {
  readonly bus: Pick<Bus, 'follow'>;
  readonly identity: Pick<Identity, 'peer'>;
}

export class PeerTrust {
  readonly #self: PeerId;
  #keys = new Map<PeerId, PublicKey>();
  #trusted: ReadonlySet<PeerId> = new Set();
  #blocked: ReadonlySet<PeerId> = new Set();
  #mode: Choice['mode'] = 'open';

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

  /** Its offers are preferred over those of others. */
  readonly isTrusted = (peer: PeerId): boolean => this.#trusted.has(peer);

  readonly isBlocked = (peer: PeerId): boolean => {
    if (peer === this.#self) return false;
    return this.#blocked.has(peer) || (this.#mode === 'pinned' && !this.#trusted.has(peer));
  };

  reconfigure({ mode, trust, block }: Choice): void {
    this.#trusted = new Set(trust);
    this.#blocked = new Set(block);
    this.#mode = mode;
    this.#keepDoor();
  }

  /** The peer at the other end of a line is known only by the key of its handshake. */
  #keepDoor(): void {
    const keysOf = (isOne: (peer: PeerId) => boolean) =>
      new Set([...this.#keys].flatMap(([peer, key]) => (isOne(peer) ? [key] : [])));
    // In a group, the election knows only peers that seal with its key (HOSTILE 155).
    const admitted = { open: undefined, group: () => true, pinned: this.isTrusted }[this.#mode];
    keepDoor({
      ...{ peers: this.#keys, trusted: this.#trusted },
      refused: keysOf((peer) => this.#blocked.has(peer)),
      admitted: admitted && keysOf(admitted),
    });
  }
}
