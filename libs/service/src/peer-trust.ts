/** The peers that the user trusts, and those that are neither asked nor answered. */
import { type Bus, refuseKeys } from '@iwanto/bus';
import type { PeerId, PublicKey } from '@iwanto/wire';
import type { Config } from './config-schema.js';

type Choice = Pick<Config, 'trust' | 'block'>;

export class PeerTrust {
  #keys = new Map<PeerId, PublicKey>();
  #trusted: ReadonlySet<PeerId> = new Set();
  #blocked: ReadonlySet<PeerId> = new Set();

  constructor(choice: Choice, bus: Pick<Bus, 'follow'>) {
    this.reconfigure(choice);
    bus.follow('peers.changed', ({ peers }) => {
      const gone = [...this.#keys].filter(([peer]) => this.#blocked.has(peer));
      const here = peers.map(({ peer, curveKey }) => [peer, curveKey] as const);
      this.#keys = new Map([...gone, ...here]);
      this.#refuse();
    });
  }

  /** Its offers are taken before those of others. */
  readonly isTrusted = (peer: PeerId): boolean => this.#trusted.has(peer);

  readonly isBlocked = (peer: PeerId): boolean => this.#blocked.has(peer);

  reconfigure({ trust, block }: Choice): void {
    this.#trusted = new Set(trust);
    this.#blocked = new Set(block);
    this.#refuse();
  }

  /** No line of theirs is let in: who asks over it is known by the key of its handshake alone. */
  #refuse(): void {
    refuseKeys([...this.#keys].flatMap(([peer, key]) => (this.#blocked.has(peer) ? [key] : [])));
  }
}
