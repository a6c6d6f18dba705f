/** The long-term keys of one host: Ed25519 to sign, X25519 (CURVE) to encrypt; made at the first start. */
import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CurveKeys } from '@iwanto/bus';
import { Failure, type PeerId, type PublicKey } from '@iwanto/wire';
import { z } from 'zod';
import type { Paths } from './paths.js';
import { refuseReadable } from './private-file.js';
import { createSafely } from './safe-file.js';

const hexKey = z.string().regex(/^[0-9a-f]{64}$/);
/** The format of the file. */
const KEYS_VERSION = 1;

const keysSchema = z.object({
  version: z.literal(KEYS_VERSION),
  sign: z.object({ public: hexKey, secret: hexKey }),
  curve: z.object({ public: hexKey, secret: hexKey }),
});
type Keys = z.infer<typeof keysSchema>;

/** Bytes of a peer's id: the beginning of the SHA-256 of its signing key. */
const PEER_ID_BYTES = 10;

export interface Identity {
  readonly peer: PeerId;
  readonly signKey: PublicKey;
  readonly curve: CurveKeys;
  /** The Ed25519 signature of `bytes`: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** The peer that a signing key belongs to. */
export function peerOfSignKey(signKey: PublicKey): PeerId {
  const digest = createHash('sha256').update(Buffer.from(signKey, 'hex')).digest();
  return digest.subarray(0, PEER_ID_BYTES).toString('hex') as PeerId;
}

/** True if `signature` is the one of `bytes` under `signKey`; never throws. */
export function verifySignature(
  signKey: PublicKey,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return verify(null, bytes, publicKeyOf(signKey), signature);
  } catch {
    return false;
  }
}

/** The host's keys; made when there are none. Throws E_BAD_PATH if others may read them (HOSTILE 90). */
export async function loadIdentity(paths: Paths): Promise<Identity> {
  const text = await readFile(paths.keysFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new Failure('E_BAD_PATH', `The keys ${paths.keysFile} cannot be read (${cause.code}).`);
  });
  if (text === undefined) {
    await createSafely(paths.keysFile, `${JSON.stringify(newKeys(), null, 2)}\n`);
    return loadIdentity(paths);
  }
  await refuseReadable('the keys', paths.keysFile);
  return identityOf(parseKeys(paths.keysFile, text));
}

function parseKeys(path: string, text: string): Keys {
  try {
    const value: unknown = JSON.parse(text);
    refuseNewer(path, value);
    return keysSchema.parse(value);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(
      'E_BAD_PATH',
      `The keys ${path} are damaged: restore them, or delete the file to become a new peer.`,
    );
  }
}

function refuseNewer(path: string, value: unknown): void {
  const found = z.object({ version: z.number().gt(KEYS_VERSION) }).safeParse(value);
  if (!found.success) return;
  throw new Failure(
    'E_BAD_PATH',
    `The keys ${path} were written by a newer iwanto (format ${found.data.version}, this one knows ${KEYS_VERSION}): install the newer one again.`,
  );
}

function newKeys(): Keys {
  return { version: KEYS_VERSION, sign: newPair('ed25519'), curve: newPair('x25519') };
}

function newPair(kind: 'ed25519' | 'x25519'): { public: string; secret: string } {
  const { privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' });
  const hex = (text: string) => Buffer.from(text, 'base64url').toString('hex');
  return { public: hex(x), secret: hex(d) };
}

function identityOf(keys: Keys): Identity {
  const signKey = keys.sign.public as PublicKey;
  const secret = createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: base64url(signKey), d: base64url(keys.sign.secret) },
  });
  return {
    peer: peerOfSignKey(signKey),
    signKey,
    curve: { publicKey: keys.curve.public as PublicKey, secretKey: keys.curve.secret },
    sign: (bytes) => sign(null, bytes, secret),
  };
}

function publicKeyOf(signKey: PublicKey): KeyObject {
  const key = { kty: 'OKP', crv: 'Ed25519', x: base64url(signKey) };
  return createPublicKey({ format: 'jwk', key });
}

const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');
