/**
 * Connections from an address that this host no longer has: no answer ever reaches it, and TCP would hang for
 * minutes. They end when the address is removed, so that the service that opened them opens them again from the
 * present address.
 */
import type { Socket } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isLoopback } from '@iwanto/wire';
import { lookRegularly } from './regularly.js';

const open = new Set<Socket>();
let stopLooking: (() => void) | undefined;

export type ListInterfaces = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

/** To be called with a socket that is connected. */
export function endWithItsAddress(socket: Socket): void {
  open.add(socket);
  stopLooking ??= lookRegularly(() => endStranded());
  socket.once('close', () => {
    open.delete(socket);
    if (open.size > 0) return;
    stopLooking?.();
    stopLooking = undefined;
  });
}

/** Ends every connection whose local address is gone. */
export function endStranded(list: ListInterfaces = networkInterfaces): void {
  const here = new Set(Object.values(list()).flatMap((each = []) => each.map(bareOf)));
  for (const socket of open) {
    const address = bareOf({ address: socket.localAddress ?? '' });
    // Any address of 127.0.0.0/8 is this host's, and only one of them is listed.
    if (!here.has(address) && !isLoopback(address)) socket.destroy();
  }
}

/** Without zone, and with an IPv4 address in its own form. */
const bareOf = ({ address }: { address: string }): string =>
  (address.split('%')[0] ?? '').replace(/^::ffff:(?=\d+\.)/, '');
