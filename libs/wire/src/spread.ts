/** A random order in which the many identities of one host do not displace others. */
import { addressBytes } from './ip-address.js';

/** Bytes of an IPv6 address that one host cannot choose: it may have any number of addresses in its /64. */
const NETWORK_BYTES = 8;

/** What counts as one host: an IPv4 address, or the network of an IPv6 address. */
export function placeOf(address: string): string {
  const bytes = addressBytes(address);
  if (!bytes) return address;
  const isLinkLocal = bytes[0] === 0xfe;
  return (bytes.length === 4 || isLinkLocal ? bytes : bytes.subarray(0, NETWORK_BYTES)).join('.');
}

/**
 * First one of each host, then a second one of each, and so on; random within a host and between hosts.
 * `chance` gives numbers from 0 to below 1.
 */
export function spreadOverPlaces<T extends { readonly address: string }>(
  items: readonly T[],
  chance: () => number,
): T[] {
  const ofPlace = new Map<string, number>();
  return items
    .map((item) => ({ item, drawn: chance() }))
    .sort((one, other) => one.drawn - other.drawn)
    .map(({ item, drawn }) => {
      const place = placeOf(item.address);
      const round = ofPlace.get(place) ?? 0;
      ofPlace.set(place, round + 1);
      return { item, rank: round + drawn };
    })
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}
