/** One address for each peer that is heard over several: it stays the same while it works. */
import { type Address, type ElectionHeader, Recent, isLinkLocal, isLoopback } from '@iwanto/wire';

/** A worse address replaces a better one only after the better was silent this long: two and a half slow beats. */
const SILENT_MS = 2_500;
const PEERS_MAX = 4_096;

interface Path {
  readonly address: Address;
  heardMs: number;
}

/** The higher, the better: addresses that other hosts can use too come first. */
const rankOf = ({ address }: Address): number => {
  if (isLoopback(address)) return 0;
  if (isLinkLocal(address)) return 1;
  return address.includes(':') ? 2 : 3;
};

export class PathsOfPeers {
  readonly #paths = new Recent<string, Path>(PEERS_MAX);

  /** The address at which to answer the sender of this datagram. */
  pathOf({ sender, boot }: ElectionHeader, from: Address, nowMs: number): Address {
    const key = sender + boot;
    const known = this.#paths.get(key);
    const same = known?.address.address === from.address && known.address.port === from.port;
    const keep = known && !same && nowMs - known.heardMs < SILENT_MS;
    if (keep && rankOf(from) <= rankOf(known.address)) return known.address;
    this.#paths.set(key, { address: from, heardMs: nowMs });
    return from;
  }
}
