/** The bytes of PCP and NAT-PMP, and that no datagram of a stranger is taken for an answer or breaks anything. */
import { createSocket } from 'node:dgram';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openPcp, openPmp } from './pcp-mapper.js';
import {
  type PcpMap,
  decodePcpMap,
  decodePmpAddress,
  decodePmpMap,
  encodePcpMap,
  encodePmpAddress,
  encodePmpMap,
} from './pcp.js';

const map: PcpMap = {
  ...{ protocol: 'tcp', port: 17_118, externalPort: 20_010, lifetimeSeconds: 7_200 },
  ...{ own: '192.168.1.20', nonce: Uint8Array.from({ length: 12 }, (_, at) => at) },
};
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the questions are those of RFC 6887 and RFC 6886', () => {
  expect(hex(encodePcpMap(map))).toBe(
    `02010000${'00001c20'}${'00'.repeat(10)}ffffc0a80114` +
      `000102030405060708090a0b${'06000000'}42de4e2a${'00'.repeat(10)}ffff00000000`,
  );
  expect(hex(encodePmpAddress())).toBe('0000');
  expect(hex(encodePmpMap(map))).toBe('0002000042de4e2a00001c20');
});

/** What a router answers to the PCP question. */
function pcpAnswer(change: Partial<Record<number, number>> = {}): Uint8Array {
  const bytes = encodePcpMap(map);
  bytes[1] = 0x81;
  bytes.fill(0, 8, 24);
  bytes.set([11, 0, 0, 1], 56);
  for (const [at, byte] of Object.entries(change)) bytes[Number(at)] = byte ?? 0;
  return bytes;
}

test('answers give the port and the address, or the reason', () => {
  const mapped = { externalPort: 20_010, lifetimeSeconds: 7_200, externalAddress: '11.0.0.1' };
  expect(decodePcpMap(pcpAnswer(), map)).toEqual(mapped);
  expect(decodePcpMap(pcpAnswer({ 3: 2 }), map)).toEqual({ refused: 'it does not allow that' });
  expect(decodePcpMap(pcpAnswer({ 3: 99 }), map)).toEqual({ refused: 'PCP error 99' });
  expect(decodePcpMap(Uint8Array.of(0, 0x81, 0, 1), map)).toEqual({
    refused: 'it does not know PCP',
  });
  const answer = Buffer.from('0082000000000001'.concat('42de4e2a00001c20'), 'hex');
  expect(decodePmpMap(answer, map)).toEqual({ externalPort: 20_010, lifetimeSeconds: 7_200 });
  expect(decodePmpMap(Buffer.from('00820004', 'hex'), map)).toEqual({
    refused: 'it has no port left',
  });
  expect(decodePmpAddress(Buffer.from('0080000000000001'.concat('0b000001'), 'hex'))).toBe(
    '11.0.0.1',
  );
});

test.each([
  ['another nonce', { 24: 9 }],
  ['another protocol', { 36: 17 }],
  ['another port', { 41: 9 }],
  ['a question', { 1: 1 }],
])('%s is not the answer', (_, change) => {
  expect(decodePcpMap(pcpAnswer(change), map)).toBeUndefined();
});

test('HOSTILE 147: no datagram throws, however short or long', () => {
  const begins = fc.constantFrom([2, 0x81], [0, 0x80], [0, 0x82], []);
  fc.assert(
    fc.property(begins, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
      const bytes = Uint8Array.from([...head, ...tail]);
      for (const answer of [
        decodePcpMap(bytes, map),
        decodePmpMap(bytes, map),
        decodePmpAddress(bytes),
      ])
        expect(['undefined', 'string', 'object']).toContain(typeof answer);
    }),
  );
});

const closing: (() => unknown)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A router on loopback that answers as `answer` says. */
async function routerWith(answer: (question: Buffer, asked: number) => Uint8Array | undefined) {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, from) => {
    asked += 1;
    const bytes = answer(question, asked);
    if (bytes) socket.send(bytes, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  closing.push(() => socket.close());
  const { port } = socket.address();
  return { router: '127.0.0.1', own: '127.0.0.1', secret: 'x', routerPort: port };
}

const answerPcp = (question: Buffer) => {
  const bytes = Uint8Array.from(question);
  bytes[1] = 0x81;
  bytes.set([0x75, 0x31], 42);
  bytes.set([11, 0, 0, 1], 56);
  return bytes;
};

test('a lost question is sent again, and the same nonce removes what it mapped', async () => {
  const nonces = new Set<string>();
  const lifetimes: number[] = [];
  const ends = await routerWith((question, asked) => {
    nonces.add(question.subarray(24, 36).toString('hex'));
    lifetimes.push(question.readUInt32BE(4));
    return asked === 1 ? undefined : answerPcp(question);
  });
  const mapper = await openPcp(ends);
  closing.push(() => mapper.close());
  const mapped = await mapper.map(map);
  expect(mapped).toEqual({ protocol: 'tcp', port: 17_118, externalPort: 30_001 });
  expect(await mapper.externalAddress()).toBe('11.0.0.1');
  await mapper.unmap(mapped);
  expect([nonces.size, lifetimes]).toEqual([1, [7_200, 7_200, 0]]);
});

test('a router that knows NAT-PMP only says so, and maps by it', async () => {
  const ends = await routerWith((question) => {
    if (question[0] === 2) return Uint8Array.of(0, 0x81, 0, 1, 0, 0, 0, 1);
    if (question[1] === 0) return Buffer.from('0080000000000001'.concat('0b000001'), 'hex');
    const bytes = Buffer.alloc(16);
    bytes[1] = 0x80 | (question[1] ?? 0);
    question.copy(bytes, 8, 4, 12);
    return bytes;
  });
  const pcp = await openPcp(ends);
  const pmp = await openPmp(ends);
  closing.push(
    () => pcp.close(),
    () => pmp.close(),
  );
  await expect(pcp.map(map)).rejects.toThrow('it does not know PCP');
  expect(await pmp.map(map)).toEqual({ protocol: 'tcp', port: 17_118, externalPort: 20_010 });
  expect(await pmp.externalAddress()).toBe('11.0.0.1');
});
