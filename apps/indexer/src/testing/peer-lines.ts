/** Hosts on loopback that answer as a test wants, and the lines of another host to them. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach } from '@jest/globals';
import {
  type CurveKeys,
  type Handlers,
  type KnownPeer,
  type Leadership,
  servePeerVerbs,
} from '@iwanto/bus';
import { type BootId, Failure, type PeerId, type PeerVerbs, type PublicKey } from '@iwanto/wire';
import { LeaderLine } from '../tracking/leader-line.js';

export const newKeys = (): CurveKeys => {
  const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const hex = (text = '') => Buffer.from(text, 'base64url').toString('hex');
  return { publicKey: hex(x) as PublicKey, secretKey: hex(d) };
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** To be called when the test is over, the last one first. */
export const atTheEnd = (close: () => unknown): void => {
  closing.push(close);
};

const silent = () => {
  throw new Failure('E_NOT_FOUND', 'Nothing at all.');
};
const nothing: Handlers<PeerVerbs> = {
  ...{ announce: silent, announced: silent, search: silent, locate: silent, book: silent },
  ...{ checkup: silent, holders: silent, list: silent, added: silent, own: silent },
  group: silent,
};

/** A host on loopback that gives the answers the test wants. */
export const startPeer = async (peer: PeerId, handlers: Partial<Handlers<PeerVerbs>>) => {
  const keys = newKeys();
  const server = await servePeerVerbs({
    ...{ keys, port: 0, addresses: () => ['127.0.0.1'] },
    handlers: { ...nothing, ...handlers },
  });
  closing.push(() => server.close());
  const known: KnownPeer = {
    ...{ peer, address: '127.0.0.1', electionPort: 1, indexerPort: server.port },
    ...{ transferPort: 3, curveKey: keys.publicKey, name: 'x', seen: 'roster', member: true },
    ...{ sinceSeconds: 1, roundTripMs: 1, catalogue: null },
  };
  return known;
};

/** The lines of a host to a leader and its standbys. */
export const linesOf = (
  self: PeerId,
  { leader, standbys }: Pick<Leadership, 'standbys'> & { readonly leader: KnownPeer },
  isTrusted: (peer: PeerId) => boolean = () => false,
) => {
  const bad: PeerId[] = [];
  const line = new LeaderLine({
    ...{ peer: self, keys: newKeys(), isTrusted },
    ownAnswer: () => Promise.reject(new Error('this host is no tracker')),
    onLeaderLost: () => undefined,
    onBadAnswer: (tracker) => bad.push(tracker),
    onLost: () => undefined,
  });
  line.follow({
    ...{ revision: 1, peer: self, boot: 'b'.repeat(16) as BootId, role: 'follower', epoch: 1 },
    ...{ leader, standbys },
  });
  atTheEnd(() => line.close());
  return { line, bad };
};
