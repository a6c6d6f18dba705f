/** Faults of other processes on the same host: askers that die, listeners that hang or want everything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BootId, Failure, type PeerId } from '@iwanto/wire';
import { Dealer } from 'zeromq';
import type { Handlers } from './answer.js';
import { type Bus, openBus } from './bus.js';
import { pack } from './codec.js';
import type { VerbsOf } from './contract.js';
import type { KnownPeer, Leadership } from './shapes.js';

const peer = 'aa'.repeat(10) as PeerId;
const leadership = (revision: number): Leadership => ({
  ...{ revision, peer, boot: 'bb'.repeat(8) as BootId, role: 'joining' },
  ...{ epoch: 0, leader: null, standbys: [] },
});

let runDir: string;
let owner: Bus;
let asked = 0;
let troubles: string[] = [];
let answer: () => Leadership | Promise<Leadership> = () => leadership(7);
const closing: (() => unknown)[] = [];

const refuse = () => {
  throw new Failure('E_NO_LEADER', 'Nobody leads.');
};

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'iwanto-bus-'));
  [asked, troubles, answer] = [0, [], () => leadership(7)];
  owner = await openBus({ runDir, onTrouble: (sentence) => troubles.push(sentence) });
  closing.push(() => owner.close());
  const others = new Proxy({} as Handlers<VerbsOf<'election'>>, { get: () => refuse });
  const handlers = Object.assign(Object.create(others) as typeof others, {
    'leader.get': () => {
      asked += 1;
      return answer();
    },
  });
  await owner.serve('election', handlers);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await rm(runDir, { recursive: true, force: true });
});

const connect = async () => {
  const bus = await openBus({ runDir });
  closing.push(() => bus.close());
  return bus;
};
const LIMIT_MS = 30_000;
const until = async (is: () => boolean) => {
  const endMs = performance.now() + LIMIT_MS;
  while (!is()) {
    if (performance.now() > endMs) throw new Error(`not within ${LIMIT_MS} ms`);
    await new Promise((next) => setImmediate(next));
  }
};
test('HOSTILE 28: the answers of an asker that died are dropped, and nobody is told', async () => {
  let release: (leadership: Leadership) => void = () => undefined;
  const held = new Promise<Leadership>((done) => (release = done));
  answer = () => held;
  const dying = new Dealer({ linger: 0 });
  dying.connect(`ipc://${join(runDir, 'election.verbs')}`);
  for (let id = 0; id < 60; id += 1) await dying.send([String(id), 'leader.get', pack({})]);
  await until(() => asked === 60);
  dying.close();
  answer = () => leadership(8);
  const alive = await connect();
  expect(await alive.call('leader.get', {})).toMatchObject({ revision: 8 });
  release(leadership(7));
  expect(await alive.call('leader.get', {})).toMatchObject({ revision: 8 });
  expect(troubles).toEqual([]);
});

const MEBIBYTE = 1_048_576;

/** Another process that listens to the news of the election, and prints a line once it has heard some. */
function listen(subscribe: string): { child: ChildProcess; heard: () => boolean } {
  const program = `
    import { Subscriber } from 'zeromq';
    const socket = new Subscriber({ linger: 0 });
    socket.connect(process.argv[1]);
    ${subscribe}
    for await (const _ of socket) console.log('heard');`;
  const words = ['--input-type=module', '-e', program, `ipc://${join(runDir, 'election.news')}`];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.push(() => child.kill('SIGKILL'));
  let isHeard = false;
  child.stdout.on('data', () => (isHeard = true));
  return { child, heard: () => isHeard };
}

/** Publishes what `next` returns, one per turn of the event loop, until `isEnough`. */
async function publishUntil(isEnough: () => boolean): Promise<void> {
  let revision = 0;
  await until(() => {
    owner.publish('leader.changed', leadership((revision += 1)));
    return isEnough();
  });
}

test('HOSTILE 29: a listener that hangs loses news alone, and costs little memory', async () => {
  const hanging = listen(`socket.subscribe('');`);
  await publishUntil(hanging.heard);
  const alive = await connect();
  let last = 0;
  alive.subscribe('peers.changed', ({ revision }) => (last = revision));
  await until(() => {
    owner.publish('peers.changed', { revision: 1, peers: [] });
    return last === 1;
  });
  const peers = Array.from({ length: 250 }, (_, at): KnownPeer => ({
    ...{ peer: String(at).padStart(20, '0') as PeerId, address: '10.0.0.1', seen: 'roster' },
    ...{ electionPort: 1, indexerPort: 2, transferPort: 3, name: 'x'.repeat(32), member: true },
    ...{ curveKey: 'ab'.repeat(32) as KnownPeer['curveKey'], sinceSeconds: 1 },
    ...{ roundTripMs: 1, catalogue: null },
  }));
  const count = Math.ceil((50 * MEBIBYTE) / pack({ revision: 2, peers }).length);
  let revision = 1;
  const publishMany = async () => {
    for (let at = 1; at <= count; at += 1) {
      owner.publish('peers.changed', { revision: (revision += 1), peers });
      if (at % 50 === 0 || at === count) await until(() => last === revision);
    }
    // What V8 has not collected yet is not what the queue holds.
    const { rss, heapTotal } = process.memoryUsage();
    return rss - heapTotal;
  };
  const before = await publishMany();
  hanging.child.kill('SIGSTOP');
  expect((await publishMany()) - before).toBeLessThan(35 * MEBIBYTE);
  expect(troubles).toEqual([]);
}, 120_000);

test('HOSTILE 30: 100,000 subscriptions of one listener cost a bounded amount of memory', async () => {
  const before = process.memoryUsage.rss();
  const greedy = listen(`
    socket.subscribe('leader.changed');
    for (let at = 0; at < 100_000; at += 1) socket.subscribe('topic ' + at);`);
  await publishUntil(greedy.heard);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MEBIBYTE);
  const alive = await connect();
  expect(await alive.call('leader.get', {})).toMatchObject({ revision: 7 });
  expect(troubles).toEqual([]);
}, 60_000);
