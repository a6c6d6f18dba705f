/** The cryptography of the datagrams: signatures, tokens sealed for one receiver, the keyed hash. */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  verify,
} from 'node:crypto';
import type { CurveKeys } from '@iwanto/bus';
import { peerOfSignKey } from '@iwanto/service';
import {
  type DatagramVerifier,
  type PeerId,
  type PublicKey,
  Recent,
  SEALED_SECRET_BYTES,
  type SecretSeal,
} from '@iwanto/wire';

/** Signing keys kept parsed: parsing one costs as much as a verification. */
const KEYS_MAX = 4_096;
const TAG_BYTES = 16;
/** Binds the derived key to this use; the text is part of the protocol. */
const SECRET_CONTEXT = 'iwanto token 1';

const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
const publicKeyOf = (crv: 'Ed25519' | 'X25519', key: PublicKey) =>
  createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv, x: base64url(key) } });

interface Signed {
  readonly signKey: PublicKey;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

const isSame = (one: Signed, other: Signed): boolean =>
  one.signKey === other.signKey &&
  Buffer.compare(one.signature, other.signature) === 0 &&
  Buffer.compare(one.bytes, other.bytes) === 0;

/** Checks signatures; an invalid key fails like a wrong signature. */
export function keysVerifier(): DatagramVerifier {
  const known = new Recent<PublicKey, { key: KeyObject; peer: PeerId }>(KEYS_MAX);
  const lookUp = (signKey: PublicKey) => {
    const found = known.get(signKey) ?? {
      key: publicKeyOf('Ed25519', signKey),
      peer: peerOfSignKey(signKey),
    };
    known.set(signKey, found);
    return found;
  };
  // A multicast comes once by each interface and family: the copies have the same bytes, and one of them is verified.
  let last: Signed | undefined;
  return {
    // Hashed without parsing: most forgeries already end here.
    peerOf: (signKey) => known.get(signKey)?.peer ?? peerOfSignKey(signKey),
    verify: (signKey, bytes, signature) => {
      if (last && isSame(last, { signKey, bytes, signature })) return true;
      try {
        const isValid = verify(null, bytes, lookUp(signKey).key, signature);
        if (isValid)
          last = { signKey, bytes: Uint8Array.from(bytes), signature: Uint8Array.from(signature) };
        return isValid;
      } catch {
        return false;
      }
    },
  };
}

/** ChaCha20-Poly1305 under a key that only sender's fresh secret and receiver's CURVE secret give. */
export function secretSeal(own: CurveKeys): SecretSeal {
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'OKP',
      crv: 'X25519',
      x: base64url(own.publicKey),
      d: base64url(own.secretKey),
    },
  });
  return {
    seal: (secret, forKey) => {
      const fresh = generateKeyPairSync('x25519');
      const { x = '' } = fresh.publicKey.export({ format: 'jwk' });
      const freshKey = Buffer.from(x, 'base64url');
      const shared = diffieHellman({
        privateKey: fresh.privateKey,
        publicKey: publicKeyOf('X25519', forKey),
      });
      const key = keyFrom(shared, freshKey, forKey);
      const cipher = createCipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES });
      return Buffer.concat([freshKey, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed) => {
      if (sealed.length !== SEALED_SECRET_BYTES) return undefined;
      try {
        return openSecret(Buffer.from(sealed), privateKey, own.publicKey);
      } catch {
        return undefined;
      }
    },
  };
}

/** All zeros: each key encrypts one secret and is never used again. */
const NONCE = Buffer.alloc(12);

function openSecret(sealed: Buffer, privateKey: KeyObject, ownKey: PublicKey): Uint8Array {
  const freshKey = sealed.subarray(0, 32);
  const shared = diffieHellman({
    privateKey,
    publicKey: publicKeyOf('X25519', freshKey.toString('hex') as PublicKey),
  });
  const key = keyFrom(shared, freshKey, ownKey);
  const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const secret = decipher.update(sealed.subarray(32, -TAG_BYTES));
  decipher.final();
  return new Uint8Array(secret);
}

/** Both public keys go into the key, so that a sealed secret fits one pair of hosts only. */
function keyFrom(shared: Buffer, freshKey: Buffer, forKey: PublicKey): Buffer {
  const salt = Buffer.concat([freshKey, Buffer.from(forKey, 'hex')]);
  return Buffer.from(hkdfSync('sha256', shared, salt, SECRET_CONTEXT, 32));
}

/** HMAC-SHA-256. */
export const hmac = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  createHmac('sha256', key).update(bytes).digest();
