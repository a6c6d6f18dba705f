/** The addresses of this host that a configuration allows to be used. */
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { Failure, isLinkLocal } from '@iwanto/wire';

/**
 * What a TCP service listens on at this moment: all addresses when no interface is named, else those of the named
 * ones, which may have none yet. A link-local one counts, too: a host may have no other.
 */
export function listenAddresses(interfaces: readonly string[]): string[] {
  if (interfaces.length === 0) return ['*'];
  const known = networkInterfaces();
  return interfaces.flatMap((name) =>
    (known[name] ?? []).map(({ address }) =>
      isLinkLocal(address) ? `${address}%${name}` : address,
    ),
  );
}

/** Throws E_BAD_REQUEST for a name that no interface of this host has; whether it has an address is another matter. */
export function refuseUnknownInterfaces(interfaces: readonly string[]): void {
  const known = networkInterfaces();
  const unknown = interfaces.find((name) => !(name in known) && !isDevice(name));
  if (unknown === undefined) return;
  throw new Failure(
    'E_BAD_REQUEST',
    `The network interface "${unknown}" does not exist; there are: ${Object.keys(known).join(', ')}.`,
  );
}

/** Linux lists every interface here, also one without an address, which Node leaves out. */
const isDevice = (name: string): boolean =>
  !name.includes('/') && existsSync(`/sys/class/net/${name}`);
