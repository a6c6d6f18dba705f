/** Connections carried between two peers that cannot dial each other. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import { type PieceConnection, type PieceLost, connectPieces, servePieces } from './piece-line.js';
import { SPLICES_MAX, SPLICES_OF_ONE_MAX, Splices, type SplicesOptions } from './splices.js';
import { newKeys } from './testing/gated-server.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const addresses = () => ['127.0.0.1'];
const [ANNA, BEN, CARL] = ['aa', 'bb', 'cc'].map((two) => two.repeat(10) as PeerId) as [
  PeerId,
  PeerId,
  PeerId,
];
const root = 'cd'.repeat(32) as FileHash;
const HELLO_BYTES = 20;

const newSplices = (options: Partial<SplicesOptions> = {}) => {
  const splices = new Splices({ pace: () => 0, ...options });
  closing.push(() => splices.close());
  return splices;
};

const ticketOf = (number: number) => number.toString(16).padStart(32, '0');

/** The two ends of one TCP connection: the peer's and the relay's. */
async function connection(): Promise<{ peer: Socket; relay: Socket }> {
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [relay] = (await once(server, 'connection')) as [Socket];
  closing.push(() => peer.destroy());
  server.close();
  for (const socket of [peer, relay]) socket.on('error', () => undefined);
  return { peer, relay };
}

/** Resolves with the next bytes, as many as asked for. */
async function bytesOf(socket: Socket, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let have = 0;
  while (have < count) {
    const part = socket.read() as Buffer | null;
    if (part === null) await once(socket, 'readable');
    else have += parts.push(part) && part.length;
  }
  return Buffer.concat(parts);
}

async function joined(splices: Splices): Promise<[Socket, Socket]> {
  expect(splices.expect({ ticket: ticketOf(1), ends: [ANNA, BEN] })).toBe(true);
  const [one, other] = [await connection(), await connection()];
  for (const { relay } of [one, other]) expect(splices.redeem(ticketOf(1), relay)).toBe(true);
  for (const { peer } of [one, other])
    expect((await bytesOf(peer, HELLO_BYTES)).toString('hex')).toBe(`69576401${ticketOf(1)}`);
  return [one.peer, other.peer];
}

describe('a relay', () => {
  test('HOSTILE 200: ends what it carries for one peer, and nothing else', async () => {
    const splices = newSplices();
    const [one, other] = await joined(splices);
    for (const socket of [one, other]) socket.resume();
    splices.close((end) => end === CARL);
    expect(splices.count).toBe(1);
    splices.close((end) => end === BEN);
    await Promise.all([once(one, 'close'), once(other, 'close')]);
    expect(splices.count).toBe(0);
  });

  test('moves bytes both ways, counts them, and ends with either end', async () => {
    const splices = newSplices();
    const [one, other] = await joined(splices);
    one.write('from anna');
    other.write('from ben');
    expect(String(await bytesOf(other, 9))).toBe('from anna');
    expect(String(await bytesOf(one, 8))).toBe('from ben');
    expect([splices.count, splices.bytes]).toEqual([1, 17]);
    one.end('the last word');
    expect(String(await bytesOf(other, 13))).toBe('the last word');
    other.resume();
    await once(other, 'close');
    expect(splices.count).toBe(0);
  });

  test('holds the limit on its rate, for all connections together', async () => {
    const waits: number[] = [];
    const splices = newSplices({ pace: (bytes) => waits.push(bytes) && 5 });
    const [one, other] = await joined(splices);
    const sent = randomBytes(1_000_000);
    one.end(sent);
    const parts: Buffer[] = [];
    for await (const part of other) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
    expect(waits.reduce((sum, bytes) => sum + bytes, 0)).toBe(sent.length);
  });

  test('HOSTILE 151: a ticket joins two connections and no third, one end alone is closed, and others are refused', async () => {
    const splices = newSplices({ arrivalLimitMs: 20 });
    await joined(splices);
    const third = await connection();
    expect(splices.redeem(ticketOf(1), third.relay)).toBe(false);
    expect(splices.redeem(ticketOf(9), third.relay)).toBe(false);
    splices.expect({ ticket: ticketOf(2), ends: [ANNA, BEN] });
    const alone = await connection();
    expect(splices.redeem(ticketOf(2), alone.relay)).toBe(true);
    alone.peer.resume();
    await once(alone.peer, 'close');
    expect(splices.redeem(ticketOf(2), third.relay)).toBe(false);
    expect(splices.count).toBe(1);
    third.relay.destroy();
  });

  test('HOSTILE 150: the connections of one peer, and all together, are bounded', () => {
    const splices = newSplices();
    let asked = 0;
    const expectOf = (ends: [PeerId, PeerId]) =>
      splices.expect({ ticket: ticketOf((asked += 1)), ends });
    for (let at = 0; at < SPLICES_OF_ONE_MAX; at += 1) expect(expectOf([ANNA, BEN])).toBe(true);
    expect([expectOf([ANNA, CARL]), expectOf([CARL, BEN])]).toEqual([false, false]);
    for (let at = SPLICES_OF_ONE_MAX; at < SPLICES_MAX; at += 1) {
      const digits = at.toString(16).padStart(19, '0');
      expect(expectOf([`a${digits}` as PeerId, `b${digits}` as PeerId])).toBe(true);
    }
    expect(expectOf([CARL, 'd'.repeat(20) as PeerId])).toBe(false);
    expect(splices.expect({ ticket: ticketOf(1), ends: [ANNA, BEN] })).toBe(false);
  });

  test('HOSTILE 152: an end that reads nothing makes the relay keep little, and is closed; so is one that idles', async () => {
    const splices = newSplices({ idleLimitMs: 200 });
    const [one] = await joined(splices);
    const closed = new Promise((resolve) => one.once('close', resolve));
    let isTaken = true;
    for (let sent = 0; sent < 200 && isTaken; sent += 1)
      isTaken = one.write(randomBytes(1_048_576));
    one.resume();
    await closed;
    // What the kernel buffers in both directions, and one buffer of the relay.
    expect(splices.bytes).toBeLessThan(40 * 1_048_576);
    expect(splices.count).toBe(0);
  });
});

/** An uploader and an asker that cannot dial each other, and the relay that both reach; `alter` is what the relay does to what it carries. */
async function relayedLine(alter: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const body = Buffer.alloc(300_000, 'plain text of a film, ');
  const answer = async () => ({ type: 'data' as const, body });
  const carried: Buffer[] = [];
  const splices = newSplices();
  const redeem = splices.redeem.bind(splices);
  splices.redeem = (ticket, socket) => {
    const write = socket.write.bind(socket);
    socket.write = (bytes: Buffer) => {
      carried.push(bytes);
      return write(alter(Buffer.from(bytes)));
    };
    return redeem(ticket, socket);
  };
  const relay = await servePieces({ keys: newKeys(), port: 0, addresses, splices, answer });
  const keys = newKeys();
  const uploader = await servePieces({ keys, port: 0, addresses, answer });
  closing.push(
    () => relay.close(),
    () => uploader.close(),
  );
  let tickets = 0;
  const received: Buffer[] = [];
  const ended = new Promise<PieceLost | 'received'>((end) => {
    const line = connectPieces({
      // Nobody listens there.
      ...{ address: '127.0.0.2', port: uploader.port, keys: newKeys(), self: ANNA },
      serverKey: keys.publicKey,
      detours: {
        reversed: () => Promise.reject(new Error('it cannot dial this host')),
        relays: () => [CARL],
        relayed: async (connectionOf) => {
          const ticket = ticketOf((tickets += 1));
          splices.expect({ ticket, ends: [ANNA, BEN] });
          const asked = { address: '127.0.0.1', port: relay.port, ticket, isRelay: true };
          void uploader.dialBack(asked, connectionOf as PieceConnection);
          return asked;
        },
      },
      onReady: () => {
        expect(line.way).toEqual({ kind: 'relayed', relay: CARL });
        line.request({ ask: 'piece', requestId: 1, root, first: 0, count: 1 });
      },
      onAnswer: (got) => {
        if (got.type === 'data') received.push(Buffer.from(got.body));
        end('received');
      },
      onLost: end,
    });
    closing.push(() => line.close());
  });
  return { end: await ended, body, received, carried: Buffer.concat(carried) };
}

describe('a line over a relay', () => {
  test('brings pieces, of which the relay sees no plain byte', async () => {
    const { end, body, received, carried } = await relayedLine();
    expect(end).toBe('received');
    expect(received[0]?.equals(body)).toBe(true);
    expect(carried.length).toBeGreaterThan(body.length);
    for (const plain of ['plain text', root, 'film']) expect(carried.includes(plain)).toBe(false);
  });

  test('HOSTILE 153: a relay that changes a byte breaks the line, and nothing of it is used', async () => {
    const { end, received } = await relayedLine((bytes) => {
      const at = bytes.length - 1;
      if (bytes.length > 10_000) bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    });
    expect([end, received]).toEqual(['forged', []]);
  });
});
