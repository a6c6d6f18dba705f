/** A peer's port in a process of its own, for tests of what strangers do to it. `announced` keeps it busy on request. */
import { generateKeyPairSync } from 'node:crypto';
import { Failure, type PeerId, type PeerVerbs, type PublicKey } from '@iwanto/wire';
import type { Handlers } from '../answer.js';
import type { CurveKeys } from '../listen.js';
import { servePeerVerbs } from '../peer-line.js';

/** Asked about this peer, the server blocks for 700 ms: longer than a heartbeat. */
export const BUSY_PEER = 'bb'.repeat(10) as PeerId;
export function newKeys(): CurveKeys {
  const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const hex = (text = '') => Buffer.from(text, 'base64url').toString('hex');
  return { publicKey: hex(x) as PublicKey, secretKey: hex(d) };
}

const nothing = () => {
  throw new Failure('E_NOT_FOUND', 'Nothing is here.');
};

/** Handlers of a peer that has nothing. */
export const nothingHere: Handlers<PeerVerbs> = {
  ...{ announce: nothing, announced: nothing, search: nothing, locate: nothing, book: nothing },
  ...{ checkup: nothing, added: nothing, holders: nothing, list: nothing, own: nothing },
  group: nothing,
};

function standStill(): void {
  const untilMs = performance.now() + 700;
  while (performance.now() < untilMs);
}

/** Serves, and prints on standard output where; on `usage` prints its memory, in MiB. */
export async function serve(): Promise<void> {
  const keys = newKeys();
  const large = { leader: BUSY_PEER, peers: [], filling: 'x'.repeat(900_000) };
  const server = await servePeerVerbs({
    ...{ keys, port: 0, addresses: () => ['127.0.0.1'] },
    handlers: {
      ...nothingHere,
      announce: () => ({ catalogId: null, revision: 0 }),
      announced: ({ peer }) => {
        if (peer === BUSY_PEER) standStill();
        return { catalogId: null, revision: 5 };
      },
      book: () => large,
    },
  });
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  say({ port: server.port, key: keys.publicKey });
  process.stdin.on('data', () => say({ mebibytes: process.memoryUsage().rss / 1_048_576 }));
}
