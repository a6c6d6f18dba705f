/** Keys of a peer that is not a member. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { CurveKeys } from '@iwanto/bus';
import type { PeerId, PublicKey } from '@iwanto/wire';

const PEER_ID_CHARACTERS = 20;
const hexOf = (base64url = '') => Buffer.from(base64url, 'base64url').toString('hex');

export function strangerKeys() {
  const signing = generateKeyPairSync('ed25519');
  const curve = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const signKey = hexOf(signing.publicKey.export({ format: 'jwk' }).x) as PublicKey;
  const digest = createHash('sha256').update(Buffer.from(signKey, 'hex')).digest('hex');
  return {
    peer: digest.slice(0, PEER_ID_CHARACTERS) as PeerId,
    signKey,
    curve: { publicKey: hexOf(curve.x), secretKey: hexOf(curve.d) } as CurveKeys,
    sign: (bytes: Uint8Array): Uint8Array => sign(null, bytes, signing.privateKey),
  };
}
