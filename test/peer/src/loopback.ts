/** Keeps peers that share this machine with other peers among themselves. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * The part of a configuration that keeps peers on the loopback interface, among themselves: a peer of the
 * machine's user listens at the usual ports, and peers of other tests may remember who had those before.
 */
export async function apart(discoveryPort: number) {
  const [election, indexer, transfer] = [await freePort(), await freePort(), await freePort()];
  return { discoveryPort, ports: { election, indexer, transfer }, interfaces: ['lo'] };
}

/** A UDP port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
