/** Opening one UDP socket: bound, with its options set, or a rejection that says why. */
import { type Socket, createSocket } from 'node:dgram';
import { Failure, MULTICAST_GROUP, codeOf, reasonOf } from '@iwanto/wire';
import type { Place } from './places.js';

/** Multicast never leaves the link. */
const MULTICAST_TTL = 1;
/** Room for a burst of beats and pings while the process is busy; the system may grant less. */
const RECEIVE_BUFFER_BYTES = 1_048_576;

/** True for the refusal of a port that another socket holds. */
export const portTaken = (cause: unknown): boolean => codeOf(cause) === 'EADDRINUSE';

/** Every port that was tried is held. */
export const portsTaken = (last: number) =>
  new Failure(
    'E_ALREADY_RUNNING',
    `No UDP port up to ${last} is free: stop what holds them ("ss -ulpn") or change ports.election.`,
  );

/** The socket of one address of this host. */
export async function openPlaceSocket(place: Place, port: number): Promise<Socket> {
  const socket = createSocket({
    type: place.family === 4 ? 'udp4' : 'udp6',
    ipv6Only: place.family === 6,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
  });
  await bound(socket, { address: place.address, port, exclusive: true });
  if (place.multicast) {
    socket.setMulticastTTL(MULTICAST_TTL);
    socket.setMulticastInterface(place.family === 4 ? place.address : `::%${place.name}`);
    // Other peers of this host hear us too; our own datagrams are known by peer and boot.
    socket.setMulticastLoopback(true);
  }
  return socket;
}

/** The socket that hears the group; several processes of one host share it. */
export async function openGroupSocket(family: 4 | 6, port: number): Promise<Socket> {
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    reuseAddr: true,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
  });
  // Bound to the group, it hears nothing that was sent to this host alone; Windows refuses that.
  const atGroup = family === 4 && process.platform !== 'win32';
  await bound(socket, { port, ...(atGroup ? { address: MULTICAST_GROUP.four } : {}) });
  return socket;
}

/** The outcome of joining: a socket is full once it has joined on as many interfaces as the system allows. */
export type Joining = 'joined' | 'full' | { readonly failed: string };

/** Joins the group on one interface; if it is joined already it stays so. */
export function joinGroup(socket: Socket, place: Place): Joining {
  try {
    if (place.family === 4) socket.addMembership(MULTICAST_GROUP.four, place.address);
    else socket.addMembership(MULTICAST_GROUP.six, `::%${place.name}`);
    return 'joined';
  } catch (cause) {
    if (portTaken(cause)) return 'joined';
    return isFull(cause) ? 'full' : { failed: reasonOf(cause) };
  }
}

/** IPv4 refuses by igmp_max_memberships (20), IPv6 by the memory for options of one socket. */
const isFull = (cause: unknown): boolean => ['ENOBUFS', 'ENOMEM'].includes(codeOf(cause));

function bound(
  socket: Socket,
  options: { address?: string; port: number; exclusive?: boolean },
): Promise<void> {
  return new Promise((done, fail) => {
    socket.once('error', (cause) => {
      socket.close();
      fail(cause);
    });
    socket.bind(options, () => {
      socket.removeAllListeners('error');
      done();
    });
  });
}
