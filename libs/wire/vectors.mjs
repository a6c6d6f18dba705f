// `npm run vectors`: seals every message of src/vectors/datagrams.json again and writes its bytes beside it.
// For a new message, or a new field, write the message into that file without `hex` and run this; check the
// difference: bytes of a message that was there before must not change (docs/wire.md, "A new field goes to the end").
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { bytesOfHex, hexOf, sealDatagram } from './dist/index.js';

const path = new URL('./src/vectors/datagrams.json', import.meta.url).pathname;
const vectors = JSON.parse(readFileSync(path, 'utf8'));

/** PKCS #8 of an Ed25519 key begins with these bytes; the 32 of the secret follow. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const secret = Buffer.alloc(32, vectors.secretByte);
const key = createPrivateKey({
  key: Buffer.concat([PKCS8_HEAD, secret]),
  format: 'der',
  type: 'pkcs8',
});
const { x } = createPublicKey(key).export({ format: 'jwk' });
const signKey = Buffer.from(x, 'base64url').toString('hex');
const sender = createHash('sha256').update(Buffer.from(signKey, 'hex')).digest('hex').slice(0, 20);
const signer = { signKey, sign: (bytes) => sign(null, bytes, key) };

const BYTES = ['secret', 'proof', 'cookie'];
const revived = (message) =>
  Object.fromEntries(
    Object.entries({ ...message, sender }).map(([name, value]) => [
      name,
      BYTES.includes(name) && typeof value === 'string' ? bytesOfHex(value) : value,
    ]),
  );

let changed = 0;
vectors.datagrams = vectors.datagrams.map(({ message, hex }) => {
  const bytes = sealDatagram(revived(message), signer);
  if (typeof bytes === 'string') throw new Error(bytes);
  if (hexOf(bytes) !== hex) changed += 1;
  return { message: { ...message, sender }, hex: hexOf(bytes) };
});
const text = JSON.stringify(vectors, null, 2);
const options = { ...(await resolveConfig(path)), parser: 'json' };
writeFileSync(path, await format(text, options));
console.log(`${vectors.datagrams.length} datagrams sealed, ${changed} changed.`);
