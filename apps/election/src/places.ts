/** The addresses of this host that the election may use: each becomes one socket. */
import { networkInterfaces } from 'node:os';
import { isLinkLocal, isLoopback, sharesPrefix } from '@iwanto/wire';

export interface Place {
  /** Name of the interface. */
  readonly name: string;
  /** With its zone if it is link-local. */
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefixBits: number;
  readonly loopback: boolean;
  /** True if multicast can be sent from: any IPv4, and IPv6 with a zone. */
  readonly multicast: boolean;
  /** Changes if a socket opened for this place is no longer of use. */
  readonly identity: string;
}

export type ListInterfaces = typeof networkInterfaces;

/** Usable addresses of the named interfaces (of all when none is named): others before loopback, IPv4 before IPv6. */
export function listPlaces(
  names: readonly string[],
  list: ListInterfaces = networkInterfaces,
): Place[] {
  const places = Object.entries(list()).flatMap(([name, addresses]) =>
    names.length > 0 && !names.includes(name)
      ? []
      : (addresses ?? []).flatMap((info) => placeOf(name, info) ?? []),
  );
  return places.sort((one, other) => weight(one) - weight(other));
}

function placeOf(
  name: string,
  info: { address: string; family: string; cidr: string | null; mac: string },
): Place | undefined {
  const family = info.family === 'IPv4' ? 4 : 6;
  const loopback = isLoopback(info.address);
  // IPv4 already reaches every peer of this host, and Linux knows no multicast on ::1.
  if (loopback && family === 6) return undefined;
  const local = isLinkLocal(info.address);
  return {
    name,
    family,
    loopback,
    address: local ? `${info.address}%${name}` : info.address,
    prefixBits: Number(info.cidr?.split('/')[1] ?? (family === 4 ? 32 : 128)),
    multicast: family === 4 || local,
    identity: [name, info.mac, info.cidr].join(' '),
  };
}

const weight = ({ loopback, family, multicast }: Place): number =>
  (loopback ? 4 : 0) + (family === 6 ? 2 : 0) + (family === 6 && multicast ? 1 : 0);

/** The interface in an address with a zone, or nothing. */
export const zoneOf = (address: string): string => address.split('%')[1] ?? '';

/** True if the address is in the place's own subnet. */
export const isNear = (place: Place, address: string): boolean =>
  isLinkLocal(address)
    ? isLinkLocal(place.address) && zoneOf(address) === place.name
    : sharesPrefix(place.address, address, place.prefixBits);

/** The place whose subnet contains the address, the smallest one if several do. */
export const nearPlace = (places: readonly Place[], address: string): Place | undefined =>
  places
    .filter((place) => isNear(place, address))
    .reduce<Place | undefined>(
      (best, place) => (best && best.prefixBits >= place.prefixBits ? best : place),
      undefined,
    );

/** The places from which an address outside all subnets may be reached; only the kernel knows which. */
export function placesOutward(places: readonly Place[], address: string): Place[] {
  if (isLoopback(address) || isLinkLocal(address)) return [];
  const family = address.includes(':') ? 6 : 4;
  return places.filter(
    (place) => place.family === family && !place.loopback && !isLinkLocal(place.address),
  );
}
