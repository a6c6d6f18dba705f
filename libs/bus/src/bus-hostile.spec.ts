/** What goes wrong beside a service on its own host: askers that die. */
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
import type { Leadership } from './shapes.js';

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
const until = async (is: () => boolean) => {
  const endMs = performance.now() + 10_000;
  while (!is()) {
    if (performance.now() > endMs) throw new Error('not within 10 s');
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
