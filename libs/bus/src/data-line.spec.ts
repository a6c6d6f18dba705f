/** The sealed stream beside the control line: anything forged, replayed, late or not drained ends the line. */
import { randomBytes } from 'node:crypto';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  DATA_HELLO_BYTES,
  type DataGrant,
  type FileHash,
  type PieceRequest,
  dataAssociated,
  decodeDataGrant,
  encodeDataHead,
} from '@iwanto/wire';
import { DataDoor, type ServedLine } from './data-door.js';
import { DataLine } from './data-line.js';
import { DataSeal } from './data-seal.js';
import { OutgoingFrame } from './outgoing-frame.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const root = 'ab'.repeat(32) as FileHash;
const request: PieceRequest = { ask: 'piece', requestId: 7, root, first: 3, count: 1 };

describe('DataSeal', () => {
  const pair = (framesPerKey?: number) => {
    const key = randomBytes(32);
    return [new DataSeal(key, framesPerKey), new DataSeal(key, framesPerKey)] as const;
  };
  const sealed = (seal: DataSeal, text: string, associated = Buffer.from('a')) => {
    const bytes = Buffer.from(text);
    const tag = seal.sealInPlace(associated, bytes);
    return { bytes, tag, associated };
  };
  const open = (seal: DataSeal, { bytes, tag, associated }: ReturnType<typeof sealed>) => {
    const copy = Buffer.from(bytes);
    return seal.openInPlace(associated, copy, tag) ? copy.toString() : undefined;
  };

  test('opens what was sealed, across the change of keys', () => {
    const [one, other] = pair(2);
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      expect(open(other, sealed(one, text))).toBe(text);
    }
  });

  test('seals the same bytes differently each time, also under the next key', () => {
    const [one] = pair(2);
    const all = Array.from({ length: 6 }, () => sealed(one, 'same').bytes.toString('hex'));
    expect(new Set(all).size).toBe(6);
  });

  test('does not open what is replayed, changed or bound to another piece', () => {
    const [one, other] = pair();
    const frame = sealed(one, 'first');
    expect(open(other, frame)).toBe('first');
    expect(open(other, frame)).toBeUndefined();
    for (const bend of [
      (good: ReturnType<typeof sealed>) => ({ ...good, associated: Buffer.from('b') }),
      (good: ReturnType<typeof sealed>) => ({ ...good, bytes: Buffer.from('other') }),
      (good: ReturnType<typeof sealed>) => ({ ...good, tag: randomBytes(16) }),
    ]) {
      const [sender, receiver] = pair();
      expect(open(receiver, bend(sealed(sender, 'first')))).toBeUndefined();
    }
  });
});

const openDoor = async () => {
  const door = await DataDoor.open({
    ...{ port: 0, addresses: () => ['127.0.0.1'], onTrouble: () => undefined },
  });
  closing.push(() => door.close());
  return door;
};
const granted = (door: DataDoor, opened: (line: ServedLine) => void = () => undefined) =>
  decodeDataGrant(door.grant(opened)!.body)!;

const lineTo = (grant: DataGrant, asked: readonly PieceRequest[] = [request]) => {
  const bodies: Buffer[] = [];
  const events: string[] = [];
  let wake: () => void = () => undefined;
  const until = async (is: () => boolean) => {
    while (!is()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const note = (event: string) => {
    events.push(event);
    wake();
  };
  const line = new DataLine({
    ...{ address: '127.0.0.1', grant },
    requestOf: (id) => asked.find(({ requestId }) => requestId === id),
    onReady: () => note('ready'),
    onBody: (_, body) => {
      bodies.push(Buffer.from(body));
      note('body');
    },
    onLost: (why) => note(why),
  });
  closing.push(() => line.close());
  return { line, bodies, events, until };
};

/** Until the other end closes; rejects when it does not within `limitMs`. */
const closed = (socket: Socket, limitMs: number) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('still open')), limitMs);
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });

test('what the cipher took of memory is free again without a collection', () => {
  const key = randomBytes(32);
  const [one, other] = [new DataSeal(key), new DataSeal(key)];
  const body = randomBytes(1_048_576);
  const place = Buffer.from(body);
  const before = process.memoryUsage().arrayBuffers;
  for (let piece = 0; piece < 50; piece += 1) {
    const tag = one.sealInPlace(body.subarray(0, 8), place);
    expect(other.openInPlace(body.subarray(0, 8), place, tag)).toBe(true);
  }
  expect(body.equals(place)).toBe(true);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(body.length);
});

describe('the data port', () => {
  test('gives bodies of any size to whoever proves the key', async () => {
    const door = await openDoor();
    let served: ServedLine | undefined;
    const { bodies, until } = lineTo(
      granted(door, (line) => (served = line)),
      [request, { ...request, requestId: 8 }, { ...request, requestId: 9 }],
    );
    await until(() => served !== undefined);
    const sent = [randomBytes(1_048_576), Buffer.alloc(0), randomBytes(131_073)];
    for (const [at, body] of sent.entries()) {
      void served!.send({ ...request, requestId: 7 + at }, OutgoingFrame.of(body));
    }
    await until(() => bodies.length === 3);
    expect(bodies.map((body, at) => body.equals(sent[at]!))).toEqual([true, true, true]);
  });

  test('closes what does not prove its key within two seconds', async () => {
    const door = await openDoor();
    const { port } = granted(door);
    await closed(connect(port, '127.0.0.1'), 3_500);
  });

  test('closes what proves a wrong key, an unknown line, or a line a second time', async () => {
    const door = await openDoor();
    const grant = granted(door);
    const wrong = { ...grant, askerKey: randomBytes(32) };
    const unknown = { ...grant, lineId: randomBytes(16) };
    for (const bent of [wrong, unknown]) {
      const { events, until } = lineTo(bent);
      await until(() => events.length > 0);
      expect(events).toEqual(['broken']);
    }
    const first = lineTo(grant);
    await first.until(() => first.events.length > 0);
    expect(first.events).toEqual(['ready']);
    const second = lineTo(grant);
    await second.until(() => second.events.length > 0);
    expect(second.events).toEqual(['broken']);
  });

  test('closes an asker that says more than hello', async () => {
    const door = await openDoor();
    const socket = connect(granted(door).port, '127.0.0.1');
    socket.write(Buffer.alloc(DATA_HELLO_BYTES + 1));
    await closed(socket, 1_500);
  });

  test('HOSTILE 45: closes a line that takes nothing, whose memory then comes back', async () => {
    const door = await openDoor();
    let served: ServedLine | undefined;
    const { line, events, until } = lineTo(granted(door, (one) => (served = one)));
    await until(() => events.includes('ready'));
    line.pause();
    const gone = new Promise<void>((resolve) => served!.onClose(resolve));
    const sending = Array.from({ length: 16 }, () =>
      served!.send(request, OutgoingFrame.of(Buffer.alloc(1_048_576))),
    );
    await gone;
    expect(await Promise.all(sending)).toContain(false);
  }, 20_000);
});

describe('an asker', () => {
  /** An uploader that plays by its own rules. */
  const playing = async (play: (socket: Socket, seal: DataSeal) => void) => {
    const keys = { askerKey: randomBytes(32), uploaderKey: randomBytes(32) };
    const lineId = randomBytes(16);
    const server: Server = createServer((socket) => {
      closing.push(() => socket.destroy());
      const seal = new DataSeal(keys.uploaderKey);
      frame(socket, seal, 0, Buffer.alloc(0), lineId);
      play(socket, seal);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as { port: number };
    return lineTo({ port, lineId, ...keys });
  };
  const frame = (
    socket: Socket,
    seal: DataSeal,
    requestId: number,
    body: Buffer,
    associated: Uint8Array,
  ) => {
    const sealed = Buffer.from(body);
    const tag = seal.sealInPlace(associated, sealed);
    const bytes = [encodeDataHead({ requestId, length: body.length }), sealed, tag];
    socket.write(Buffer.concat(bytes));
    return Buffer.concat(bytes);
  };
  const body = Buffer.from('piece');
  const associated = dataAssociated(request, body.length);

  test('HOSTILE 40: ends the line at a forged frame and takes nothing of it', async () => {
    const { bodies, events, until } = await playing((socket, seal) => {
      frame(socket, seal, 7, body, associated);
      frame(socket, new DataSeal(randomBytes(32)), 7, body, associated);
    });
    await until(() => events.includes('forged'));
    expect(bodies.map(String)).toEqual(['piece']);
  });

  test('HOSTILE 41: ends the line at a replayed frame and at an answer to what nobody asked', async () => {
    const replayed = await playing((socket, seal) => {
      socket.write(frame(socket, seal, 7, body, associated));
    });
    await replayed.until(() => replayed.events.includes('forged'));
    expect(replayed.bodies).toHaveLength(1);
    const unasked = await playing((socket, seal) => {
      frame(socket, seal, 99, body, dataAssociated({ ...request, requestId: 99 }, body.length));
    });
    await unasked.until(() => unasked.events.includes('forged'));
    expect(unasked.bodies).toEqual([]);
  });

  test('HOSTILE 27: ends the line at a frame larger than a piece', async () => {
    const { events, until } = await playing((socket) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(7, 0);
      head.writeUInt32BE(1_048_577, 4);
      socket.write(head);
    });
    await until(() => events.includes('forged'));
  });
});
