/** Whom to ask to relay between this host and a peer. Pure: what is known about peers comes in, an order comes out. */
import type { PeerId } from './ids.js';
import { Recent } from './recent.js';

/** Pairs of peer and relay that are remembered. */
const PAIRS_MAX = 1_024;

/** A peer as far as it matters here. */
interface PossibleRelay {
  readonly peer: PeerId;
  /** Where it would be dialled; 0 while its transfer service is not running. */
  readonly transferPort: number;
  readonly roundTripMs: number | null;
}

interface Trackers {
  readonly leader: { readonly peer: PeerId } | null;
  readonly standbys: readonly { readonly peer: PeerId }[];
}

export interface RelayChoiceOptions {
  readonly self: PeerId;
  readonly isBlocked: (peer: PeerId) => boolean;
}

/** A relay that led to the peer comes first; then those asked in vain least often, among them the leader first. */
export class RelayChoice {
  #peers: readonly PossibleRelay[] = [];
  #trackers: readonly PeerId[] = [];
  /** How often each was asked in vain since it last led to that peer; below 0 if it did. */
  readonly #inVain = new Recent<string, number>(PAIRS_MAX);

  constructor(private readonly options: RelayChoiceOptions) {}

  followPeers(peers: readonly PossibleRelay[]): void {
    this.#peers = peers;
  }

  /** Every member reaches the leader, and most of them the standbys. */
  followLeadership({ leader, standbys }: Trackers): void {
    this.#trackers = [...(leader ? [leader] : []), ...standbys].map(({ peer }) => peer);
  }

  /** The best first; empty while that peer is not known. */
  relaysTo(callee: PeerId): PeerId[] {
    if (!this.#peers.some(({ peer }) => peer === callee)) return [];
    return this.#peers
      .filter(({ peer, transferPort }) => transferPort !== 0 && this.#mayRelay(peer, callee))
      .map(({ peer, roundTripMs }) => {
        const inVain = this.#inVain.get(`${callee} ${peer}`) ?? 0;
        return { peer, order: [inVain, this.#rankOf(peer), roundTripMs ?? Infinity] };
      })
      .toSorted((one, other) => compare(one.order, other.order))
      .map(({ peer }) => peer);
  }

  asked(callee: PeerId, relay: PeerId): void {
    const key = `${callee} ${relay}`;
    this.#inVain.set(key, Math.max(0, this.#inVain.get(key) ?? 0) + 1);
  }

  worked(callee: PeerId, relay: PeerId): void {
    this.#inVain.set(`${callee} ${relay}`, -1);
  }

  #mayRelay(peer: PeerId, callee: PeerId): boolean {
    const { self, isBlocked } = this.options;
    return peer !== self && peer !== callee && !isBlocked(peer);
  }

  #rankOf(peer: PeerId): number {
    const at = this.#trackers.indexOf(peer);
    return at < 0 ? this.#trackers.length : at;
  }
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
