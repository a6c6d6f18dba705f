/** The datagram that wakes a host, and how it is sent: to everybody on the link, since a sleeping host has no address. */
import { createSocket } from 'node:dgram';
import type { NetworkView } from '@iwanto/bus';
import { addressBytes, addressText, isLinkLocal, sharesPrefix } from '@iwanto/wire';
import type { Sleeper } from './sleepers-file.js';

/** The usual port; network cards look for the bytes, not for the port. */
export const WAKE_PORT = 9;
const REPEATED = 16;
const ALL_NODES = 'ff02::1';

type Used = NetworkView['addresses'][number];

/** Six bytes of ones, then the hardware address sixteen times. */
export function magicPacket(mac: string): Uint8Array {
  const bytes = mac.split(':').map((part) => Number.parseInt(part, 16));
  return Uint8Array.from([
    ...new Array<number>(6).fill(0xff),
    ...new Array<number[]>(REPEATED).fill(bytes).flat(),
  ]);
}

/** From which addresses of this host it is sent: of the interface that the host was reached over, else of its subnet. */
export function waysTo({ interface: name, address }: Sleeper, used: readonly Used[]): Used[] {
  const sending = used.filter((each) => !each.loopback && broadcastOf(each) !== undefined);
  const same = sending.filter((each) => each.interface === name);
  if (same.length > 0) return same;
  return sending.filter((each) => sharesPrefix(each.address, address, each.prefixBits));
}

/** Everybody on the link of that address: the last address of an IPv4 subnet, or the group of all hosts over IPv6. */
export function broadcastOf({ address, prefixBits, interface: name }: Used): string | undefined {
  if (isLinkLocal(address)) return `${ALL_NODES}%${name}`;
  const bytes = addressBytes(address);
  if (bytes?.length !== 4 || prefixBits > 30) return undefined;
  const all = bytes.map(
    (byte, at) => byte | (0xff >> Math.max(0, Math.min(8, prefixBits - 8 * at))),
  );
  return addressText(all);
}

/** Resolves when it was sent, with the interface; rejects if that fails. */
export function sendMagic(mac: string, from: Used, port = WAKE_PORT): Promise<string> {
  const to = broadcastOf(from);
  const socket = createSocket(from.address.includes(':') ? 'udp6' : 'udp4');
  const sent = new Promise<string>((done, failed) => {
    socket.on('error', failed);
    socket.bind({ address: from.address }, () => {
      if (!from.address.includes(':')) socket.setBroadcast(true);
      socket.send(magicPacket(mac), port, to, (cause) =>
        cause ? failed(cause) : done(from.interface),
      );
    });
  });
  return sent.finally(() => socket.close());
}
