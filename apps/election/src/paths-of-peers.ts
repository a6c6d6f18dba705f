/** One address for each peer that is heard over several: it stays the same while it works in both directions. */
import { type Address, type ElectionHeader, Recent, isLinkLocal, isLoopback } from '@iwanto/wire';

/** A worse address replaces a better one only after the better was silent this long: two and a half slow beats. */
const SILENT_MS = 2_500;
/** How long an address without a route is passed over. Then it is tried again: routes and netmasks change. */
const PASSED_OVER_MS = 30_000;
/** A path that works is given up for one that did not after this long: two PINGs and a half. */
const GONE_MS = 12_500;
const PEERS_MAX = 4_096;

interface Path {
  readonly address: Address;
  readonly sinceMs: number;
  readonly heardMs: number;
  /** When it last came by unicast: only that shows that the peer sends to this host from there. */
  readonly unicastMs: number;
}

/** How much speaks for an address, from the least. */
const TRUST = { noRoute: 0, oneWay: 1, full: 2 } as const;

/** How and when a datagram came. */
export interface HeardAt {
  readonly multicast: boolean;
  readonly nowMs: number;
}

/** The higher, the better: addresses that other hosts can use too come first. */
const rankOf = ({ address }: Address): number => {
  if (isLoopback(address)) return 0;
  if (isLinkLocal(address)) return 1;
  return address.includes(':') ? 2 : 3;
};

export class PathsOfPeers {
  readonly #paths = new Recent<string, Path>(PEERS_MAX);
  /** Addresses without a route, and until when they are passed over. */
  readonly #noRoute = new Recent<string, number>(PEERS_MAX);
  /** Addresses of a peer that send multicast only: per peer, so that no sender speaks for an address of another. */
  readonly #oneWay = new Recent<string, true>(PEERS_MAX);

  /** The address at which to answer the sender of this datagram. */
  pathOf({ sender, boot }: ElectionHeader, from: Address, { multicast, nowMs }: HeardAt): Address {
    const key = sender + boot;
    const known = this.#paths.get(key);
    const unicastMs = multicast ? -Infinity : nowMs;
    if (!multicast) this.#oneWay.take(key + from.address);
    if (known && isSame(known.address, from)) {
      this.#paths.set(key, {
        ...known,
        heardMs: nowMs,
        unicastMs: Math.max(known.unicastMs, unicastMs),
      });
      return from;
    }
    if (known && !multicast && isOneWay(known, nowMs))
      this.#oneWay.set(key + known.address.address, true);
    if (known && !this.#replaces(key, known, from, nowMs)) return known.address;
    this.#paths.set(key, { address: from, sinceMs: nowMs, heardMs: nowMs, unicastMs });
    return from;
  }

  /** The kernel knows no way there: what comes from that address cannot be answered at it. */
  noWay({ address }: Address, nowMs: number): void {
    this.#noRoute.set(address, nowMs + PASSED_OVER_MS);
  }

  #replaces(key: string, known: Path, from: Address, nowMs: number): boolean {
    const silentMs = nowMs - known.heardMs;
    const gain = this.#trust(key, from, nowMs) - this.#trust(key, known.address, nowMs);
    if (gain !== 0) return gain > 0 || silentMs >= GONE_MS;
    return silentMs >= SILENT_MS || rankOf(from) > rankOf(known.address);
  }

  /** One way is a guess from what was heard; that no route leads there is what the kernel said. */
  #trust(key: string, { address }: Address, nowMs: number): number {
    if (nowMs < (this.#noRoute.get(address) ?? -Infinity)) return TRUST.noRoute;
    return this.#oneWay.get(key + address) ? TRUST.oneWay : TRUST.full;
  }
}

/**
 * Asked when the peer sends by unicast over another address: from this one came nothing but multicast, so what is sent
 * to it is not answered. That is how hosts look whose netmasks differ.
 */
const isOneWay = ({ sinceMs, unicastMs }: Path, nowMs: number): boolean =>
  nowMs - Math.max(sinceMs, unicastMs) >= SILENT_MS;

const isSame = (one: Address, other: Address): boolean =>
  one.address === other.address && one.port === other.port;
