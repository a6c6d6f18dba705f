/** Who may announce which catalogue. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { pack, unpack } from '@iwanto/bus';
import { peerOfSignKey } from '@iwanto/service';
import { type Announcement, type CatalogId, type PublicKey, peerVerbs } from '@iwanto/wire';
import { openAnnouncement, signAnnouncement } from './tracker-signature.js';

const newSigner = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const signKey = Buffer.from(x, 'base64url').toString('hex') as PublicKey;
  return {
    ...{ signKey, peer: peerOfSignKey(signKey) },
    sign: (bytes: Uint8Array) => new Uint8Array(sign(null, bytes, privateKey)),
  };
};
const anne = newSigner();
const ben = newSigner();
const announcement = (peer = anne.peer): Announcement => {
  const catalogId = '1'.repeat(16) as CatalogId;
  return { peer, catalogId, since: 0, revision: 1, more: false, entries: [], gone: [] };
};
/** As it arrives: packed, unpacked and through the schema of the verb. */
const sent = (question: unknown) => peerVerbs.announce.question.parse(unpack(pack(question)));

describe('an announcement', () => {
  test('arrives as it was signed', () => {
    const read = openAnnouncement(sent(signAnnouncement(anne, announcement())));
    expect(read).toEqual({ announcement: announcement(), rejected: 0 });
  });

  test('HOSTILE 48: of another peer is refused', () => {
    const question = sent(signAnnouncement(ben, announcement(anne.peer)));
    expect(() => openAnnouncement(question)).toThrow(`${anne.peer} is signed by ${ben.peer}`);
  });

  test('HOSTILE 48: under the key of another peer is refused (I11)', () => {
    const question = { ...signAnnouncement(ben, announcement()), signKey: anne.signKey };
    expect(() => openAnnouncement(sent(question))).toThrow('not signed by the key');
  });

  test('that was changed on the way is refused before it is parsed', () => {
    const question = sent(signAnnouncement(anne, announcement()));
    question.announcement[5] = (question.announcement[5] ?? 0) ^ 1;
    expect(() => openAnnouncement(question)).toThrow('not signed by the key');
  });

  test('that is something else, though signed, is refused', () => {
    const bytes = new Uint8Array(pack({ some: 'thing' }));
    const question = { signKey: anne.signKey, signature: anne.sign(bytes), announcement: bytes };
    expect(() => openAnnouncement(sent(question))).toThrow('not an announcement');
  });
});
