/** The addresses of this host that a configuration allows to be used. */
import { networkInterfaces } from 'node:os';
import { Failure } from '@iwanto/wire';

/**
 * What a TCP service listens on: all addresses when no interface is named, else those of the named ones.
 * Throws E_BAD_REQUEST when a named interface has no address.
 */
export function listenAddresses(interfaces: readonly string[]): string[] {
  if (interfaces.length === 0) return ['*'];
  const known = networkInterfaces();
  return interfaces.flatMap((name) => {
    const usable = (known[name] ?? []).filter((one) => !one.address.startsWith('fe80:'));
    if (usable.length > 0) return usable.map((one) => one.address);
    throw new Failure(
      'E_BAD_REQUEST',
      `The network interface "${name}" does not exist or has no address; there are: ${Object.keys(known).join(', ')}.`,
    );
  });
}
