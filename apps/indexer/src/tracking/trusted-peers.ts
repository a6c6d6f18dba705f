/**
 * The peers that the user trusts, as far as they are present. If an answer of a tracker is only part of what there is,
 * it is asked again with their names, so that others cannot crowd them out (HOSTILE 240, 241, 242).
 */
import type { KnownPeer } from '@iwanto/bus';
import { type PeerId, TRUSTED_NAMED_MAX } from '@iwanto/wire';

export interface TrustedPeersOptions {
  readonly self: PeerId;
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly members: () => readonly KnownPeer[];
}

export class TrustedPeers {
  constructor(private readonly options: TrustedPeersOptions) {}

  readonly isOne = (peer: PeerId): boolean => this.options.isTrusted(peer);

  /** Nobody if there is no other peer that could crowd them out: then no tracker has to hear whom this host trusts. */
  present(): PeerId[] {
    const { self, members } = this.options;
    const others = members().filter(({ peer, member }) => member && peer !== self);
    const trusted = others.filter(({ peer }) => this.isOne(peer));
    if (trusted.length === others.length) return [];
    return trusted.slice(0, TRUSTED_NAMED_MAX).map(({ peer }) => peer);
  }
}
