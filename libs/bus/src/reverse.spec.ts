/** Connections opened by the other host: the usual lines, over a connection that it dialled. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { FileHash, PeerId, PublicKey } from '@iwanto/wire';
import { DialTickets } from './dial-tickets.js';
import { connectPeer, servePeerVerbs } from './peer-line.js';
import { type PieceConnection, connectPieces, servePieces } from './piece-line.js';
import { newKeys } from './testing/gated-server.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const addresses = () => ['127.0.0.1'];
const self = 'ab'.repeat(10) as PeerId;
const root = 'cd'.repeat(32) as FileHash;
const body = randomBytes(1_048_576);

const servedPieces = async (tickets = new DialTickets()) => {
  const keys = newKeys();
  const answer = async () => ({ type: 'data' as const, body });
  const server = await servePieces({ ...{ keys, port: 0, addresses, tickets }, answer });
  closing.push(() => server.close());
  return { ...server, keys, tickets };
};

const withoutRelays = {
  relays: () => [],
  relayed: () => Promise.reject(new Error('nobody relays here')),
};

/** A port at which nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

test('pieces come over connections that the uploader opened, at the wish of the asker', async () => {
  const [uploader, asker] = [await servedPieces(), await servedPieces()];
  const dialled: PieceConnection[] = [];
  let lost = 0;
  const pieces: Buffer[] = [];
  const arrived = new Promise<void>((done) => {
    const line = connectPieces({
      // Nobody listens there.
      ...{ address: '127.0.0.2', keys: asker.keys, serverKey: uploader.keys.publicKey, self },
      port: uploader.port,
      detours: {
        ...withoutRelays,
        reversed: (line) => {
          const connection = line as PieceConnection;
          dialled.push(connection);
          const { ticket, arrived } = asker.tickets.expect();
          const asked = { address: '127.0.0.1', port: asker.port, ticket, isRelay: false };
          void uploader.dialBack(asked, connection);
          return arrived;
        },
      },
      onReady: () => {
        for (const requestId of [1, 2, 3])
          line.request({ ask: 'piece', requestId, root, first: 0, count: 1 });
      },
      onAnswer: (answer) => {
        if (answer.type === 'data') pieces.push(Buffer.from(answer.body));
        if (pieces.length === 3) done();
      },
      onLost: () => (lost += 1),
    });
    closing.push(() => line.close());
  });
  await arrived;
  expect(pieces.every((piece) => piece.equals(body))).toBe(true);
  expect([dialled, lost]).toEqual([['transfer', 'data'], 0]);
});

test('an indexer that cannot be dialled answers over a connection of its own, and no other host can', async () => {
  const keys = newKeys();
  const nothing = () => {
    throw new Error('nobody asks for that here');
  };
  const handlers = {
    announced: () => ({ catalogId: null, revision: 7 }),
    ...{ announce: nothing, search: nothing, locate: nothing, book: nothing, checkup: nothing },
    ...{ holders: nothing, list: nothing, added: nothing, own: nothing, group: nothing },
  };
  const tickets = new DialTickets();
  const own = await servePeerVerbs({ keys: newKeys(), port: 0, addresses, handlers, tickets });
  const far = await servePeerVerbs({ keys, port: 0, addresses, handlers });
  closing.push(
    () => own.close(),
    () => far.close(),
  );
  const lineTo = async (serverKey: PublicKey) => {
    const line = connectPeer({
      ...{ address: '127.0.0.1', port: await closedPort(), serverKey, keys: newKeys() },
      detours: {
        ...withoutRelays,
        reversed: () => {
          const { ticket, arrived } = tickets.expect();
          void far.dialBack({ address: '127.0.0.1', port: own.port, ticket, isRelay: false });
          return arrived;
        },
      },
    });
    closing.push(() => line.close());
    return line.call('announced', { peer: self }, { limitMs: 1_500 });
  };
  expect(await lineTo(keys.publicKey)).toMatchObject({ revision: 7 });
  // Whoever dials, only the key of the intended host opens the line.
  await expect(lineTo(newKeys().publicKey)).rejects.toMatchObject({ sentence: expect.anything() });
});

test('a ticket serves once, and waiting for one has an end', async () => {
  const tickets = new DialTickets();
  const { ticket, arrived } = tickets.expect();
  arrived.catch(() => undefined);
  tickets.close();
  await expect(arrived).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  expect(tickets.redeem(ticket, {} as never)).toBe(false);
});
