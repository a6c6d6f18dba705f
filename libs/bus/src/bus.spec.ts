import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type BootId, Failure, type PeerId } from '@iwanto/wire';
import { Dealer } from 'zeromq';
import type { Handlers } from './answer.js';
import { type Bus, openBus } from './bus.js';
import { pack } from './codec.js';
import type { VerbsOf } from './contract.js';
import type { Leadership, ServiceStatus } from './shapes.js';

const peer = 'aa'.repeat(10) as PeerId;
const status: ServiceStatus = {
  service: 'election',
  peer,
  pid: 1,
  version: '0',
  ready: true,
  port: 0,
  startedMsAgo: 0,
  ...{ notes: [], troubles: [] },
  revision: 0,
};
const leadership = (revision: number): Leadership => ({
  revision,
  peer,
  boot: 'bb'.repeat(8) as BootId,
  role: 'joining',
  epoch: 0,
  leader: null,
  standbys: [],
});

const electionHandlers = (revision: () => number): Handlers<VerbsOf<'election'>> => ({
  'election.status': () => status,
  'election.stop': () => ({}),
  'election.reload': () => ({ changed: [] }),
  'leader.get': () => leadership(revision()),
  'peers.get': () => {
    throw new Failure('E_NO_LEADER', 'Nobody leads.');
  },
  'network.get': () => ({
    ...{ discoveryPort: 17_116, addresses: [], heard: [], outside: [] },
    ...{ strangers: [], otherVersions: [], troubles: [] },
  }),
  'peers.add': () => {
    throw new TypeError('a bug');
  },
  'peers.added': () => ({ hosts: [] }),
  'wake.list': () => ({ hosts: [] }),
  'wake.send': () => ({ interfaces: [] }),
  'peers.remove': () => ({}),
  'name.set': ({ name }) => ({ name }),
  ...{ 'line.ask': () => ({}), 'relay.ask': () => ({}), 'relay.agree': () => ({}) },
});

let runDir: string;
let open: Bus[];

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'iwanto-bus-'));
  open = [];
});
afterEach(async () => {
  for (const bus of open) await bus.close();
  await rm(runDir, { recursive: true, force: true });
});

const connect = async (onTrouble?: (sentence: string) => void) => {
  const bus = await openBus({ runDir, ...(onTrouble && { onTrouble }) });
  open.push(bus);
  return bus;
};

const within = <T>(limitMs: number, what: string, start: (done: (value: T) => void) => void) =>
  new Promise<T>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no ${what} within ${limitMs} ms`)), limitMs);
    start((value) => {
      clearTimeout(timer);
      done(value);
    });
  });

describe('the local bus', () => {
  test('carries a question to the owner of the verb and the answer back', async () => {
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 7),
    );
    const asker = await connect();
    expect(await asker.call('leader.get', {})).toEqual(leadership(7));
  });

  test('gives the refusal of the owner as the Failure it threw', async () => {
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 0),
    );
    const asker = await connect();
    await expect(asker.call('peers.get', {})).rejects.toMatchObject({
      code: 'E_NO_LEADER',
      sentence: 'Nobody leads.',
    });
  });

  test('turns a bug of the owner into E_UNEXPECTED and keeps answering', async () => {
    const troubles: string[] = [];
    const owner = await connect((sentence) => troubles.push(sentence));
    await owner.serve(
      'election',
      electionHandlers(() => 1),
    );
    const asker = await connect();
    await expect(asker.call('peers.add', { host: 'x' })).rejects.toMatchObject({
      code: 'E_UNEXPECTED',
    });
    expect(troubles[0]).toContain('a bug');
    expect((await asker.call('leader.get', {})).revision).toBe(1);
  });

  test('HOSTILE 31: says in under a second that the owner is not running', async () => {
    const asker = await connect();
    const started = performance.now();
    await expect(asker.call('leader.get', {})).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('refuses a question that does not fit before it is sent', async () => {
    const asker = await connect();
    await expect(asker.call('search', { query: '' })).rejects.toMatchObject({
      code: 'E_BAD_REQUEST',
    });
  });

  test('HOSTILE 21: keeps its sockets to the user alone', async () => {
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 0),
    );
    expect((await stat(runDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(runDir, 'election.verbs'))).mode & 0o777).toBe(0o600);
  });

  test('HOSTILE 26: answers odd bytes, unknown verbs and __proto__ with E_BAD_REQUEST and lives on', async () => {
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 3),
    );
    const raw = new Dealer({ linger: 0 });
    raw.connect(`ipc://${join(runDir, 'election.verbs')}`);
    const ask = async (...frames: (string | Buffer)[]) => {
      await raw.send(frames);
      const [, state] = await raw.receive();
      return state?.toString();
    };
    expect(await ask('1', 'leader.get', Buffer.from([0xc1, 0xff]))).toBe('error');
    expect(await ask('2', '__proto__', pack({}))).toBe('error');
    expect(await ask('3', 'constructor', pack({}))).toBe('error');
    expect(await ask('4', 'peers.add', pack({ host: 5 }))).toBe('error');
    await raw.send(['too', 'few']);
    expect(await ask('5', 'leader.get', pack({ extra: 1 }))).toBe('ok');
    raw.close();
  });

  test('HOSTILE 27: drops whoever sends more than a bus message may hold, and serves the others', async () => {
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 4),
    );
    const raw = new Dealer({ linger: 0 });
    raw.connect(`ipc://${join(runDir, 'election.verbs')}`);
    const dropped = within<void>(5_000, 'disconnect', (done) => {
      raw.events.on('disconnect', () => done());
    });
    await raw.send(['1', 'leader.get', Buffer.alloc(2_000_000)]);
    await dropped;
    raw.close();
    const asker = await connect();
    expect((await asker.call('leader.get', {})).revision).toBe(4);
  });

  test('tells a follower the present state and then each newer one', async () => {
    let revision = 1;
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => revision),
    );
    const listener = await connect();
    const heard: number[] = [];
    await within<void>(5_000, 'present state', (done) => {
      listener.follow('leader.changed', (body) => {
        heard.push(body.revision);
        if (body.revision === 1) done();
      });
    });
    revision = 2;
    const news = within<void>(5_000, 'news', (done) => {
      listener.subscribe('leader.changed', (body) => body.revision === 2 && done());
    });
    owner.publish('leader.changed', leadership(2));
    await news;
    owner.publish('leader.changed', leadership(1));
    expect(heard).toEqual([1, 2]);
  });

  test('tells a follower the state again after the owner restarted with a lower revision', async () => {
    const first = await connect();
    await first.serve(
      'election',
      electionHandlers(() => 9),
    );
    const listener = await connect();
    const heard: number[] = [];
    let told: (revision: number) => void = () => undefined;
    const next = (wanted: number) =>
      within<void>(8_000, `revision ${wanted}`, (done) => {
        told = (revision) => revision === wanted && done();
        if (heard.includes(wanted)) done();
      });
    listener.follow('leader.changed', (body) => {
      heard.push(body.revision);
      told(body.revision);
    });
    await next(9);
    await first.close();
    open.splice(open.indexOf(first), 1);
    const second = await connect();
    await second.serve(
      'election',
      electionHandlers(() => 2),
    );
    await next(2);
    expect(heard).toEqual([9, 2]);
  });

  test('finds an owner again that was away for long, within the limit for connecting', async () => {
    const asker = await connect();
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(asker.call('leader.get', {})).rejects.toMatchObject({ code: 'E_NOT_RUNNING' });
    }
    const owner = await connect();
    await owner.serve(
      'election',
      electionHandlers(() => 6),
    );
    expect((await asker.call('leader.get', {})).revision).toBe(6);
  });

  test('makes its sockets again when their directory vanished, and old lines go on', async () => {
    const troubles: string[] = [];
    let madeAgain = () => undefined as void;
    const owner = await connect((sentence) => {
      if (troubles.push(sentence) === 2) madeAgain();
    });
    await owner.serve(
      'election',
      electionHandlers(() => 1),
    );
    const before = await connect();
    await before.call('election.status', {});
    await within<void>(8_000, 'new sockets', (done) => {
      madeAgain = () => done();
      void rm(runDir, { recursive: true });
    });
    expect(troubles.toSorted()).toEqual([
      expect.stringContaining('election.news had vanished'),
      expect.stringContaining('election.verbs had vanished'),
    ]);
    const after = await connect();
    for (const bus of [before, after]) {
      expect(await bus.call('election.status', {})).toMatchObject({ peer });
    }
    expect((await stat(join(runDir, 'election.verbs'))).mode & 0o077).toBe(0);
    expect((await stat(runDir)).mode & 0o077).toBe(0);
  }, 15_000);

  test('ends where the kernel lets no directory be made', async () => {
    const bus = await openBus({ runDir: '/proc/nowhere' });
    open.push(bus);
    await expect(
      bus.serve(
        'election',
        electionHandlers(() => 1),
      ),
    ).rejects.toMatchObject({
      code: 'E_BAD_PATH',
    });
  });
});
