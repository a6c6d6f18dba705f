/** Which hosts were heard lately, and how: what the doctor needs to know why a peer is not seen. */
import type { NetworkView } from '@iwanto/bus';
import { type Address, type PeerId, Recent, endpointText } from '@iwanto/wire';

/** Peers remembered with the times at which they were heard. */
const PEERS_MAX = 1_024;
/** Addresses remembered at which peers were heard: most peers have one per family. */
const ADDRESSES_MAX = 2 * PEERS_MAX;
/** Addresses remembered that could not be listened to. */
const STRANGERS_MAX = 64;

interface Times {
  address: string;
  multicastMs: number | null;
  unicastMs: number | null;
}

export class HeardHosts {
  readonly #peers = new Recent<PeerId, Times>(PEERS_MAX);
  /** A peer with several addresses is heard at each of them in turn. */
  readonly #addresses = new Recent<string, { readonly peer: PeerId; readonly atMs: number }>(
    ADDRESSES_MAX,
  );
  readonly #otherVersions = new Recent<string, number>(STRANGERS_MAX);

  /** A datagram with a good signature arrived. */
  peer(peer: PeerId, { address, port }: Address, how: { multicast: boolean; nowMs: number }): void {
    const times = this.#peers.get(peer) ?? { address, multicastMs: null, unicastMs: null };
    times.address = address;
    times[how.multicast ? 'multicastMs' : 'unicastMs'] = how.nowMs;
    this.#peers.set(peer, times);
    this.#addresses.set(endpointText(address, port), { peer, atMs: how.nowMs });
  }

  /** How long ago one of these addresses was heard, in ms; null for never. */
  agoOf(addresses: readonly Address[], nowMs: number): number | null {
    const times = this.#at(addresses).map(({ atMs }) => atMs);
    return times.length === 0 ? null : Math.max(0, nowMs - Math.max(...times));
  }

  /** The peers that were heard at these addresses, each last of all those at its address. */
  peersAt(addresses: readonly Address[]): PeerId[] {
    return [...new Set(this.#at(addresses).map(({ peer }) => peer))];
  }

  #at(addresses: readonly Address[]) {
    return addresses.flatMap(({ address, port }) => {
      const heard = this.#addresses.get(endpointText(address, port));
      return heard === undefined ? [] : [heard];
    });
  }

  /** A datagram of another version of the protocol arrived. */
  otherVersion({ address }: Address, nowMs: number): void {
    this.#otherVersions.set(address, nowMs);
  }

  view(nowMs: number): Pick<NetworkView, 'heard' | 'otherVersions'> {
    const ago = (atMs: number | null) => (atMs === null ? null : Math.max(0, nowMs - atMs));
    return {
      heard: [...this.#peers.entries()].map(([peer, { address, multicastMs, unicastMs }]) => ({
        peer,
        address,
        multicastMsAgo: ago(multicastMs),
        unicastMsAgo: ago(unicastMs),
      })),
      otherVersions: agesOf(this.#otherVersions, nowMs),
    };
  }
}

/** Addresses with the time since each was recorded, in ms. */
const agesOf = (noted: Recent<string, number>, nowMs: number) =>
  [...noted.entries()].map(([address, atMs]) => ({ address, msAgo: Math.max(0, nowMs - atMs) }));
