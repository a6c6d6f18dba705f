import { describe, expect, jest, test } from '@jest/globals';
import type { Holder, PeerId, PieceAnswer, PublicKey } from '@iwanto/wire';
import type { Dialled } from '@iwanto/service';
import { type Connect, SourceLine } from './source-line.js';
import { Lines, isDialable } from './lines.js';

const holder: Holder = {
  peer: 'ab'.repeat(10) as PeerId,
  address: '10.0.0.2',
  port: 1,
  curveKey: 'cd'.repeat(32) as PublicKey,
};
const keys = { publicKey: 'ef'.repeat(32) as PublicKey, secretKey: '' };
const wanted = { ask: 'piece', root: 'ab'.repeat(32) as never, first: 0, count: 1 } as const;

const nobody = (answer: PieceAnswer) => expect(answer).toBeUndefined();

/** A line whose other end is this test. */
const fakeLine = () => {
  const sent: number[] = [];
  let ends = { answer: nobody, lose: () => {}, greet: () => {}, ready: () => {} };
  let opened = 0;
  const connect: Connect = ({ onAnswer, onLost, onGreeted, onReady }) => {
    opened += 1;
    ends = {
      answer: onAnswer,
      lose: () => onLost('broken'),
      greet: () => onGreeted?.(),
      ready: () => onReady?.(),
    };
    return {
      request: ({ requestId }) => void sent.push(requestId),
      close: () => undefined,
      way: { kind: 'direct' },
      dataPort: 17_120,
    };
  };
  return { sent, connect, ends: () => ends, opened: () => opened };
};

describe('HOSTILE 47: addresses nobody may make us dial', () => {
  test.each(['0.0.0.0', '224.0.0.1', '255.255.255.255', '169.254.169.254', '::', 'ff02::1'])(
    'refuses %s',
    (address) => expect(isDialable(address)).toBe(false),
  );
  test.each(['10.0.0.1', '192.168.1.7', '169.254.7.7', 'fe80::1', '127.0.0.1'])(
    'allows %s',
    (address) => expect(isDialable(address)).toBe(true),
  );
});

describe('SourceLine', () => {
  const newLine = () => {
    const fake = fakeLine();
    let lost = 0;
    const onLost = () => (lost += 1);
    const line = new SourceLine({ holder, keys, self: holder.peer, connect: fake.connect, onLost });
    return { fake, line, lost: () => lost };
  };

  test('gives each answer to who asked', async () => {
    const { fake, line } = newLine();
    const first = line.request(wanted, 1_000);
    const second = line.request(wanted, 1_000);
    const [one = 0, two = 0] = fake.sent;
    fake.ends().answer({ type: 'refused', requestId: two, reason: 'busy' });
    fake.ends().answer({ type: 'data', requestId: one, body: Uint8Array.of(7) });
    expect(await first).toMatchObject({ type: 'data' });
    expect(await second).toMatchObject({ type: 'refused', reason: 'busy' });
    line.close();
  });

  test('HOSTILE 41: ignores an answer to what was not asked', async () => {
    const { fake, line } = newLine();
    fake.ends().answer({ type: 'data', requestId: 99, body: Uint8Array.of(1) });
    line.close();
    expect(await line.request(wanted, 1_000)).toEqual({ type: 'lost' });
  });

  test('HOSTILE 45: keeps what goes beyond the limit until there is room', () => {
    const { fake, line } = newLine();
    for (let at = 0; at < 100; at += 1) void line.request(wanted, 1_000);
    expect(fake.sent).toHaveLength(60);
    fake.ends().answer({ type: 'refused', requestId: fake.sent[0] ?? 0, reason: 'busy' });
    expect(fake.sent).toHaveLength(61);
    line.close();
  });

  test('settles everything as lost when it breaks, and tells once', async () => {
    const { fake, line, lost } = newLine();
    const open = line.request(wanted, 1_000);
    fake.ends().lose();
    fake.ends().lose();
    expect(await open).toEqual({ type: 'lost' });
    expect(await line.ready).toBe(false);
    expect(lost()).toBe(1);
  });
});

describe('Lines', () => {
  test('HOSTILE 200: the line to a peer that is blocked ends for all who use it, another does not', () => {
    const lines = new Lines({
      ...{ keys, self: holder.peer, connect: fakeLine().connect, nowMs: () => 0 },
    });
    const other = { ...holder, peer: 'ba'.repeat(10) as PeerId };
    const lost: PeerId[] = [];
    for (const each of [holder, holder, other]) lines.take(each, () => lost.push(each.peer));
    lines.closeTo((peer) => peer === holder.peer);
    expect(lost).toEqual([holder.peer, holder.peer]);
    lines.closeAll();
  });

  test('opens one line a peer for all who want it, and none again right after it broke', () => {
    let nowMs = 0;
    const fake = fakeLine();
    const lines = new Lines({ keys, self: holder.peer, connect: fake.connect, nowMs: () => nowMs });
    let lost = 0;
    const first = lines.take(holder, () => (lost += 1));
    const second = lines.take(holder, () => (lost += 1));
    expect(first?.line).toBe(second?.line);
    expect(fake.opened()).toBe(1);
    fake.ends().lose();
    expect(lost).toBe(2);
    expect(lines.take(holder, () => undefined)).toBeUndefined();
    nowMs = 2_000;
    expect(lines.take(holder, () => undefined)).toBeDefined();
    lines.closeAll();
  });

  test('a line that cannot be opened is reported once and tried again, and nothing of it remains', () => {
    jest.useFakeTimers();
    const { connect, opened } = fakeLine();
    let [nowMs, sockets] = [0, 0];
    const troubles: string[] = [];
    const lines = new Lines({
      ...{ keys, self: holder.peer, nowMs: () => nowMs },
      onTrouble: (sentence) => void troubles.push(sentence),
      connect: (options) => {
        if (sockets === 0) throw new Error('Too many open files');
        return connect(options);
      },
    });
    for (; nowMs < 6_000; nowMs += 2_000)
      expect(lines.take(holder, () => undefined)).toBeUndefined();
    expect(troubles).toEqual([`No line to ${holder.peer} could be opened: Too many open files.`]);
    expect(jest.getTimerCount()).toBe(0);
    sockets = 1;
    expect(lines.take(holder, () => undefined)).toBeDefined();
    expect(opened()).toBe(1);
    lines.closeAll();
    jest.useRealTimers();
  });

  test('the way to a peer is known as soon as it can be asked, and as lost where its bytes cannot come', async () => {
    const fake = fakeLine();
    const ways: unknown[] = [];
    const onWay = ({ port, line }: Dialled, way: unknown) => void ways.push([line, port, way]);
    const lines = new Lines({
      ...{ keys, self: holder.peer, connect: fake.connect, nowMs: () => 0, onWay },
    });
    const hold = lines.take(holder, () => undefined);
    fake.ends().greet();
    expect(await hold?.line.greeted).toBe(true);
    const greeted = ['transfer', holder.port, { kind: 'direct' }];
    expect(ways).toEqual([greeted]);
    fake.ends().lose();
    await hold?.line.greeted;
    expect(ways).toEqual([greeted, ['data', 17_120, undefined]]);
  });

  test('a peer that moved is dialled where it is now, at once', () => {
    const fake = fakeLine();
    const dialled: string[] = [];
    let address = '10.0.0.2';
    const lines = new Lines({
      ...{ keys, self: holder.peer, nowMs: () => 0 },
      placed: (where) => ({ ...where, address }),
      connect: (options) => {
        dialled.push(options.address);
        return fake.connect(options);
      },
    });
    let lost = 0;
    lines.take(holder, () => (lost += 1));
    lines.followMoves();
    expect(lost).toBe(0);
    address = '10.0.0.3';
    lines.followMoves();
    expect(lost).toBe(1);
    expect(lines.take(holder, () => undefined)).toBeDefined();
    expect(dialled).toEqual(['10.0.0.2', '10.0.0.3']);
    lines.closeAll();
  });
});
