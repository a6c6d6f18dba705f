/** Which hosts were heard lately, and how: what the doctor needs to know why a peer is not seen. */
import type { NetworkView } from '@iwanto/bus';
import { type Address, type PeerId, Recent, endpointText } from '@iwanto/wire';

/** Peers remembered with the times at which they were heard. */
const PEERS_MAX = 1_024;
/** Addresses remembered that could not be listened to. */
const STRANGERS_MAX = 64;

interface Times {
  address: string;
  port: number;
  multicastMs: number | null;
  unicastMs: number | null;
}

export class HeardHosts {
  readonly #peers = new Recent<PeerId, Times>(PEERS_MAX);
  readonly #otherVersions = new Recent<string, number>(STRANGERS_MAX);

  /** A datagram with a good signature arrived. */
  peer(peer: PeerId, { address, port }: Address, how: { multicast: boolean; nowMs: number }): void {
    const times = this.#peers.get(peer) ?? { address, port, multicastMs: null, unicastMs: null };
    Object.assign(times, { address, port });
    times[how.multicast ? 'multicastMs' : 'unicastMs'] = how.nowMs;
    this.#peers.set(peer, times);
  }

  /** How long ago one of these addresses was heard, in ms; null for never. */
  agoOf(addresses: readonly Address[], nowMs: number): number | null {
    const texts = new Set(addresses.map(({ address, port }) => endpointText(address, port)));
    const times = [...this.#peers.entries()]
      .filter(([, { address, port }]) => texts.has(endpointText(address, port)))
      .map(([, { multicastMs, unicastMs }]) => Math.max(multicastMs ?? 0, unicastMs ?? 0));
    return times.length === 0 ? null : Math.max(0, nowMs - Math.max(...times));
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
