/** Addresses as values. */
import type { Address } from '@iwanto/wire';

export const sameAddress = (a: Address, b: Address): boolean =>
  a.address === b.address && a.port === b.port;

/** As the key of a map. */
export const addressText = (address: Address): string => `${address.address} ${address.port}`;
