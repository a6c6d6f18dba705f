/** What a port knows of the key at the other end of each line, and what follows from it. */
import { once } from 'node:events';
import { type Socket, connect as connectTcp } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import {
  type FileHash,
  PIECE_BYTES,
  type PeerId,
  type PieceAnswer,
  type PieceRequest,
  decodeDataGrant,
  decodePieceAnswer,
  encodePieceRequests,
} from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import { helloOf } from './data-line.js';
import { OPEN_DOOR, keepDoor } from './door-list.js';
import { mustHave } from './in-force.js';
import { LINES_PER_KEY_MAX, gatedPeerSocket } from './limits.js';
import { curveClient, curveServer } from './listen.js';
import { connectPeer, servePeerVerbs } from './peer-line.js';
import { connectPieces, servePieces } from './piece-line.js';
import type { PieceAsker } from './piece-server.js';
import { newKeys, nothingHere } from './testing/gated-server.js';

const addresses = () => ['127.0.0.1'];
const address = '127.0.0.1';
const root = 'cd'.repeat(32) as FileHash;
const [ANNE, EVE] = ['aa', 'ee'].map((one) => one.repeat(10)) as [PeerId, PeerId];
const LIMIT_MS = 700;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  keepDoor(OPEN_DOOR);
  for (const close of closing.splice(0).reverse()) await close();
});

async function verbsOn() {
  const keys = newKeys();
  const handlers = { ...nothingHere, announced: () => ({ catalogId: null, revision: 5 }) };
  const server = await servePeerVerbs({ keys, port: 0, addresses, handlers });
  closing.push(() => server.close());
  return (own = newKeys(), onLost: () => void = () => undefined) => {
    const to = { address, port: server.port, serverKey: keys.publicKey, keys: own };
    const line = connectPeer({ ...to, onLost });
    closing.push(() => line.close());
    return () => line.call('announced', { peer: ANNE }, { limitMs: LIMIT_MS });
  };
}

async function piecesOn() {
  const keys = newKeys();
  const askers: PieceAsker[] = [];
  const body = new Uint8Array(PIECE_BYTES).fill(7);
  const server = await servePieces({
    ...{ keys, port: 0, addresses },
    answer: async (_, asker) => {
      askers.push(asker);
      return { type: 'data', body };
    },
  });
  closing.push(() => server.close());
  return { to: { address, port: server.port, serverKey: keys.publicKey }, askers };
}

type Served = Awaited<ReturnType<typeof piecesOn>>['to'];

/** One piece, fetched by an asker that says who it is; `undefined` if the line was refused. */
function fetchAs(to: Served, self: PeerId, keys = newKeys()): Promise<PieceAnswer | undefined> {
  return new Promise((resolve) => {
    const line = connectPieces({
      ...{ ...to, keys, self },
      onAnswer: resolve,
      onLost: () => resolve(undefined),
      onReady: () => line.request({ ask: 'piece', requestId: 1, root, first: 0, count: 1 }),
    });
    closing.push(() => line.close());
  });
}

const askFor = (ask: PieceRequest['ask'], requestId: number): PieceRequest => ({
  ...{ ask, requestId, root, first: requestId, count: 1 },
});

function dealerTo({ port, serverKey }: Served, from = address): Dealer {
  const dealer = new Dealer({ ...curveClient(newKeys(), serverKey), linger: 0 });
  dealer.connect(`tcp://${from}:0;${address}:${port}`);
  closing.push(() => dealer.close());
  return dealer;
}

test('a socket whose limits or keys are not in force is not served', () => {
  const wanted = { ...gatedPeerSocket, curveServer: true };
  const socketOf = (options: object) => {
    const socket = new Router({ ...gatedPeerSocket, ...options });
    closing.push(() => socket.close());
    return socket;
  };
  const curve = curveServer(newKeys());
  expect(mustHave(socketOf(curve), wanted)).toBeDefined();
  const large = { ...curve, maxMessageSize: 2 * gatedPeerSocket.maxMessageSize };
  expect(() => mustHave(socketOf(large), wanted)).toThrow('maxMessageSize');
  expect(() => mustHave(socketOf({}), wanted)).toThrow('curveServer');
});

test('HOSTILE 200: a peer that is blocked loses the line that it has, and others keep theirs', async () => {
  const lineWith = await verbsOn();
  const eve = newKeys();
  let lost: () => void = () => undefined;
  const isLost = new Promise<void>((heard) => (lost = heard));
  const [askAsEve, askAsAnne] = [lineWith(eve, () => lost()), lineWith()];
  expect(await askAsEve()).toMatchObject({ revision: 5 });
  expect(await askAsAnne()).toMatchObject({ revision: 5 });
  keepDoor({ ...OPEN_DOOR, refused: new Set([eve.publicKey]) });
  await isLost;
  expect(await askAsAnne()).toMatchObject({ revision: 5 });
  await expect(lineWith(eve)()).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
});

test('HOSTILE 201: one line that asks for data lines again and again leaves them to others', async () => {
  const { to } = await piecesOn();
  const dealer = dealerTo(to);
  // More than there are in all, each of which would be kept for 5 s.
  for (let round = 0; round < 34; round += 1) {
    const requests = Array.from({ length: 16 }, (_, at) => askFor('line', 16 * round + at));
    await dealer.send([encodePieceRequests(requests)]);
    for (let answers = 0; answers < requests.length; answers += 1) {
      const [head, body] = await dealer.receive();
      expect(decodePieceAnswer(head!, body!)).toMatchObject({ type: 'data' });
    }
  }
  expect(await fetchAs(to, EVE)).toMatchObject({ type: 'data' });
});

test('HOSTILE 202: who claims to be another peer gets nothing, and who shows its key is known by it', async () => {
  const { to, askers } = await piecesOn();
  const anne = newKeys();
  keepDoor({ ...OPEN_DOOR, peers: new Map([[ANNE, anne.publicKey]]) });
  expect(await fetchAs(to, ANNE)).toBeUndefined();
  expect(askers).toEqual([]);
  expect(await fetchAs(to, EVE, anne)).toMatchObject({ type: 'data' });
  expect(askers).toMatchObject([{ peer: ANNE }]);
  expect(await fetchAs(to, EVE)).toMatchObject({ type: 'data' });
  expect(askers[1]).toMatchObject({ peer: EVE });
});

test('HOSTILE 205: one key has so many lines and no more, at one address or at many', async () => {
  const lineWith = await verbsOn();
  const [many, one] = [newKeys(), newKeys()];
  const asks = Array.from({ length: LINES_PER_KEY_MAX }, () => lineWith(many));
  for (const ask of asks) expect(await ask()).toMatchObject({ revision: 5 });
  await expect(lineWith(many)()).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
  expect(await lineWith(one)()).toMatchObject({ revision: 5 });
});

/** Asks for as much as a line may, and reads no more than that it has begun. */
async function hardlyRead(to: Served, from: string): Promise<void> {
  const dealer = dealerTo(to, from);
  await dealer.send([encodePieceRequests([askFor('line', 0)])]);
  const [head, body] = await dealer.receive();
  const answer = decodePieceAnswer(head!, body!);
  const grant = answer?.type === 'data' ? decodeDataGrant(answer.body) : undefined;
  const socket: Socket = connectTcp({ port: grant!.port, host: address });
  closing.push(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(helloOf(grant!));
  await once(socket, 'readable');
  await dealer.send([
    encodePieceRequests(Array.from({ length: 16 }, (_, at) => askFor('piece', at + 1))),
  ]);
}

test('HOSTILE 203: askers that hardly read keep no memory that others wait for', async () => {
  const { to } = await piecesOn();
  const hosts = [2, 3, 4, 5].map((host) => `127.0.0.${host}`);
  await Promise.all(hosts.flatMap((from) => Array.from({ length: 8 }, () => hardlyRead(to, from))));
  const beganMs = performance.now();
  for (let piece = 0; piece < 4; piece += 1)
    expect(await fetchAs(to, EVE)).toMatchObject({ type: 'data' });
  // Before the port would close the lines that do not drain.
  expect(performance.now() - beganMs).toBeLessThan(4_000);
});
