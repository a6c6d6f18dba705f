/** Who listens and who may connect: the CURVE keys of both ends of a line. */
import type { PublicKey } from '@iwanto/wire';
import { z85OfHex } from './z85.js';

/** A host's long-term CURVE key pair, each key as 64 hex characters. */
export interface CurveKeys {
  readonly publicKey: PublicKey;
  readonly secretKey: string;
}

export interface ListenOptions {
  readonly keys: CurveKeys;
  /** The preferred port; the next free one is taken when it is in use. 0 takes any. */
  readonly port: number;
  /** Addresses of this host to listen on, re-evaluated while it listens; all of them when left out. */
  readonly addresses?: () => readonly string[];
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
