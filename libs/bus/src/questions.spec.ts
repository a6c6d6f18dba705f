/** Questions of many lines at the same time, over real sockets: who is served, who is refused, who waits. */
import { afterEach, expect, test } from '@jest/globals';
import type { PeerId, SearchAnswer, WorkTurns } from '@iwanto/wire';
import { Dealer } from 'zeromq';
import { pack, unpack } from './codec.js';
import { QUESTIONS_OPEN_PER_LINE_MAX } from './limits.js';
import { curveClient } from './listen.js';
import { connectPeer, servePeerVerbs } from './peer-line.js';
import { newKeys, nothingHere } from './testing/gated-server.js';

const peer = 'ab'.repeat(10) as PeerId;
const DEAR_MS = 5;
const QUESTIONS = 200;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

/** Counts the dear questions that it answered. */
async function serve() {
  const keys = newKeys();
  const served = { dear: 0 };
  const server = await servePeerVerbs({
    ...{ keys, port: 0, addresses: () => ['127.0.0.1'] },
    handlers: {
      ...nothingHere,
      announced: () => ({ catalogId: null, revision: served.dear }),
      list: () => {
        work(DEAR_MS);
        served.dear += 1;
        return { entries: [], more: false };
      },
    },
  });
  closing.push(() => server.close());
  return { served, port: server.port, serverKey: keys.publicKey };
}

type Server = Awaited<ReturnType<typeof serve>>;

/** Asks from an address of its own, and counts what became of it. */
function stranger({ port, serverKey }: Server, address: string) {
  const dealer = new Dealer({
    ...curveClient(newKeys(), serverKey),
    ...{ linger: 0, sendHighWaterMark: 0 },
  });
  closing.push(() => dealer.close());
  dealer.connect(`tcp://${address}:0;127.0.0.1:${port}`);
  const ends = { answered: 0, refused: 0 };
  const question = pack({ path: 'x', after: '' });
  void (async () => {
    for (let id = 0; id < QUESTIONS; id += 1) await dealer.send([String(id), 'list', question]);
    for await (const [, state, body] of dealer) {
      if (String(state) === 'ok') ends.answered += 1;
      else {
        expect(unpack(body ?? Buffer.alloc(0))).toMatchObject({ code: 'E_LIMIT' });
        ends.refused += 1;
      }
    }
  })().catch(() => undefined);
  return ends;
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((next) => setImmediate(next));
}

test('HOSTILE 175: one question is answered beside thousands of dear ones of many addresses', async () => {
  const server = await serve();
  const honest = connectPeer({ address: '127.0.0.1', ...server, keys: newKeys() });
  closing.push(() => honest.close());
  await honest.call('announced', { peer });
  const strangers = Array.from({ length: 12 }, (_, at) => stranger(server, `127.0.0.${at + 2}`));
  const { served } = server;
  await until(() => served.dear > 24);
  for (let asked = 0; asked < 5; asked += 1) {
    const before = served.dear;
    const { revision } = await honest.call('announced', { peer });
    // One of each other address, and those that were answered while the question and its answer were under way; in the
    // order of their arrival it would wait for all that are open.
    const open = strangers.length * QUESTIONS_OPEN_PER_LINE_MAX;
    expect(revision - before).toBeLessThan(open / 3);
  }
  await until(() => strangers.every(({ answered, refused }) => answered + refused === QUESTIONS));
  for (const { refused } of strangers) expect(refused).toBeGreaterThan(0);
});

/** A server whose searches take many turns each; `stalls` has the turns between two of the event loop. */
async function serveSlowly() {
  const keys = newKeys();
  const served = { searches: 0, turns: 0, ended: 0, stalls: [] as number[] };
  const answer = { results: [], total: 0, totalIsLeast: false, similar: false, partial: false };
  function* search(): WorkTurns<SearchAnswer> {
    try {
      for (let turn = 0; turn < SLOW_TURNS; turn += 1) {
        work(DEAR_MS);
        served.turns += 1;
        yield 1;
      }
      served.searches += 1;
      return { ...answer, leader: peer };
    } finally {
      served.ended += 1;
    }
  }
  const handlers = {
    ...nothingHere,
    search,
    announced: () => ({ catalogId: null, revision: served.searches }),
  };
  const addresses = () => ['127.0.0.1'];
  const server = await servePeerVerbs({ keys, port: 0, addresses, handlers });
  let before = 0;
  let isOver = false;
  const tick = () => {
    served.stalls.push(served.turns - before);
    before = served.turns;
    if (!isOver) setImmediate(tick);
  };
  tick();
  closing.push(() => {
    isOver = true;
    return server.close();
  });
  return { served, server, port: server.port, serverKey: keys.publicKey };
}

const SLOW_TURNS = 4;
const SEARCHES = 32;

test('HOSTILE 216: an answer in turns keeps nobody waiting, and costs its asker what it took', async () => {
  const { served, port, serverKey } = await serveSlowly();
  const place = { port, serverKey };
  const [greedy, honest] = [1, 2].map(() => {
    const line = connectPeer({ address: '127.0.0.1', ...place, keys: newKeys() });
    closing.push(() => line.close());
    return line;
  });
  if (!greedy || !honest) throw new Error('two lines');
  await honest.call('announced', { peer });
  const asked = Array.from({ length: SEARCHES }, () => greedy.call('search', { query: 'x' }));
  await until(() => served.turns > 0);
  for (let question = 0; question < 3; question += 1) {
    const before = served.searches;
    const { revision } = await honest.call('announced', { peer });
    // The one under way, and those that were answered while the question travelled, of all that are open.
    expect(revision - before).toBeLessThan(SEARCHES / 3);
  }
  await Promise.all(asked);
  expect(served).toMatchObject({ searches: SEARCHES, ended: SEARCHES });
  // A turn of the loop ends after 8 ms of work: two turns of the answer.
  expect(Math.max(...served.stalls)).toBeLessThanOrEqual(2);
});

test('an answer in turns ends with its server', async () => {
  const { served, server, ...place } = await serveSlowly();
  const line = connectPeer({ address: '127.0.0.1', ...place, keys: newKeys() });
  closing.push(() => line.close());
  const asked = line.call('search', { query: 'x' }).catch(() => undefined);
  await until(() => served.turns > 0);
  await server.close();
  expect(served).toMatchObject({ searches: 0, ended: 1 });
  line.close();
  await asked;
});

test('HOSTILE 175: what one address may have open is shared by its lines', async () => {
  const server = await serve();
  const lines = Array.from({ length: 8 }, () => stranger(server, '127.0.0.2'));
  await until(() => lines.every(({ answered, refused }) => answered + refused === QUESTIONS));
  const sum = lines.reduce((all, { answered }) => all + answered, 0);
  expect(sum).toBeLessThan((lines.length * QUESTIONS) / 2);
  for (const { answered } of lines) expect(answered).toBeGreaterThan(0);
});
