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
  /** Addresses that were found not to work, and until when they are passed over. */
  readonly #passedOver = new Recent<string, number>(PEERS_MAX);

  /** The address at which to answer the sender of this datagram. */
  pathOf({ sender, boot }: ElectionHeader, from: Address, { multicast, nowMs }: HeardAt): Address {
    const key = sender + boot;
    const known = this.#paths.get(key);
    const unicastMs = multicast ? -Infinity : nowMs;
    if (!multicast && this.#passedOver.get(from.address) === Infinity)
      this.#passedOver.take(from.address);
    if (known && isSame(known.address, from)) {
      this.#paths.set(key, {
        ...known,
        heardMs: nowMs,
        unicastMs: Math.max(known.unicastMs, unicastMs),
      });
      return from;
    }
    if (known && !multicast && isOneWay(known, nowMs))
      this.#passedOver.set(known.address.address, Infinity);
    if (known && !this.#replaces(known, from, nowMs)) return known.address;
    this.#paths.set(key, { address: from, sinceMs: nowMs, heardMs: nowMs, unicastMs });
    return from;
  }

  /** The kernel knows no way there: what comes from that address cannot be answered at it. */
  noWay({ address }: Address, nowMs: number): void {
    this.#passedOver.set(address, nowMs + PASSED_OVER_MS);
  }

  #replaces(known: Path, from: Address, nowMs: number): boolean {
    const silentMs = nowMs - known.heardMs;
    const works = this.#works(from, nowMs);
    if (works !== this.#works(known.address, nowMs)) return works || silentMs >= GONE_MS;
    return silentMs >= SILENT_MS || rankOf(from) > rankOf(known.address);
  }

  #works({ address }: Address, nowMs: number): boolean {
    return nowMs >= (this.#passedOver.get(address) ?? -Infinity);
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
