/** Binding a CURVE server to the first free port, on the named addresses or on all. */
import { Failure, type PublicKey, endpointText } from '@iwanto/wire';
import type { Router } from 'zeromq';
import { z85OfHex } from './z85.js';

/** A host's long-term CURVE key pair, each key as 64 hex characters. */
export interface CurveKeys {
  readonly publicKey: PublicKey;
  readonly secretKey: string;
}

/** Ports tried after the wished one before giving up. */
export const PORTS_TRIED_MAX = 100;

export interface ListenOptions {
  readonly keys: CurveKeys;
  /** The wished port; the next free one is taken when it is in use. 0 takes any. */
  readonly port: number;
  /** Addresses of this host to listen on; all of them when left out. */
  readonly addresses?: readonly string[];
}

/** The options that make a socket a CURVE server of this host. */
export const curveServer = (keys: CurveKeys) => ({
  curveServer: true,
  curvePublicKey: z85OfHex(keys.publicKey),
  curveSecretKey: z85OfHex(keys.secretKey),
  zapDomain: 'iwanto',
});

/** The options that make a socket a CURVE client which accepts one server only. */
export const curveClient = (keys: CurveKeys, serverKey: PublicKey) => ({
  curvePublicKey: z85OfHex(keys.publicKey),
  curveSecretKey: z85OfHex(keys.secretKey),
  curveServerKey: z85OfHex(serverKey),
});

/** A TCP endpoint as ZeroMQ writes it. */
export const tcp = (address: string, port: number): string =>
  `tcp://${endpointText(address, port)}`;

/** Binds `socket` and gives the port it got; E_LIMIT when a hundred ports in a row are taken. */
export async function listen(socket: Router, options: ListenOptions): Promise<number> {
  const [first, ...others] = options.addresses ?? ['*'];
  if (first === undefined) throw new Failure('E_BAD_REQUEST', 'There is no address to listen on.');
  for (let port = options.port; port < options.port + PORTS_TRIED_MAX; port += 1) {
    const bound = await bindIfFree(socket, first, port);
    if (bound === undefined) continue;
    for (const address of others) await socket.bind(tcp(address, bound));
    return bound;
  }
  const last = options.port + PORTS_TRIED_MAX - 1;
  throw new Failure('E_LIMIT', `All TCP ports from ${options.port} to ${last} are taken.`);
}

async function bindIfFree(
  socket: Router,
  address: string,
  port: number,
): Promise<number | undefined> {
  try {
    await socket.bind(port === 0 ? tcp(address, 0).replace(/:0$/, ':*') : tcp(address, port));
    return Number(/:(\d+)$/.exec(socket.lastEndpoint ?? '')?.[1] ?? port);
  } catch (cause) {
    if ((cause as { code?: string }).code === 'EADDRINUSE') return undefined;
    throw cause;
  }
}
