/**
 * HOSTILE 142: made-up requests at the door for players. It continues answering, and no byte that it gives is another
 * one than its range says. IWANTO_FUZZ_REQUESTS asks for more of them, IWANTO_FUZZ_SEED for the same ones again.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type FileHash, reasonOf } from '@iwanto/wire';
import { HttpDoor } from './http-door.js';

const REQUESTS = Number(process.env['IWANTO_FUZZ_REQUESTS'] ?? 10_000);
const SEED = Number(process.env['IWANTO_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const LINES = 16;
const SIZE = 3_000;
const BYTES = randomBytes(SIZE);

jest.setTimeout(600_000);

/** Mulberry32: the same numbers for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

let door: HttpDoor;
let address: URL;
const failures: unknown[] = [];

beforeAll(async () => {
  const served = {
    ...{ name: 'film.mp4', type: 'video/mp4', size: SIZE, etag: 'ab'.repeat(32) as FileHash },
    async *bytes({ from, to }: { from: number; to: number }) {
      yield BYTES.subarray(from, to);
    },
  };
  door = new HttpDoor({
    served: (first) => (first === '0' ? served : undefined),
    onFailed: (failure) => failures.push(failure),
  });
  address = new URL((await door.open())('0/film.mp4'));
});
afterAll(() => door.close());

function madeUp(roll: (below: number) => number): Buffer {
  const one = <T>(...of: readonly T[]): T => of[roll(of.length)]!;
  const noise = (length: number) => Array.from({ length }, () => String.fromCharCode(roll(256)));
  const place = () => one('', '0', '1', String(roll(2 * SIZE)), '9'.repeat(1 + roll(30)), '-', 'x');
  const method = one('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'get', noise(4).join(''));
  const path = one(
    ...[address.pathname, address.pathname, address.pathname, `${address.pathname}?x=${roll(9)}`],
    ...['/', '/0/film.mp4', '//0/..', '/%2e%2e/%00', `http://evil.example${address.pathname}`],
    ...[address.pathname.replace('/0/', '/1/'), address.pathname.slice(0, roll(40)), '*'],
    `/${'A'.repeat(roll(12_000))}`,
  );
  const host = one(address.host, address.host, address.host, 'evil.example', '', noise(9).join(''));
  const header = () =>
    one(
      ...[`Range: bytes=${place()}-${place()}`, `Range: bytes=${place()}-${place()},${place()}-`],
      ...[`Range: ${noise(roll(60)).join('')}`, `If-Range: "${'ab'.repeat(32)}"`, 'If-Range: x'],
      ...[
        `If-None-Match: ${one('*', '"x"')}`,
        `Origin: http://${one(address.host, 'evil.example')}`,
      ],
      ...['Content-Length: 5', 'Transfer-Encoding: chunked', `X: ${'y'.repeat(roll(9_000))}`],
      ...['Upgrade: websocket', 'Expect: 100-continue', noise(roll(80)).join('')],
    );
  const headers = Array.from({ length: roll(4) }, header);
  const lines = [`${method} ${path} HTTP/1.${one(1, 1, 0, 9)}`, `Host: ${host}`, ...headers];
  const request = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
  if (roll(4) === 0) request[roll(request.length)] = roll(256);
  return roll(8) === 0 ? request.subarray(0, roll(request.length)) : request;
}

async function answerTo(request: Buffer): Promise<Buffer> {
  const line = connect({ port: Number(address.port), host: address.hostname, allowHalfOpen: true });
  const parts: Buffer[] = [];
  line.on('data', (part) => parts.push(part));
  // A line that is closed on it without an answer has its answer, too.
  line.on('error', () => undefined);
  line.end(request);
  await once(line, 'close');
  return Buffer.concat(parts);
}

function judge(answer: Buffer): void {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return expect(answer.length).toBe(0);
  const head = answer.toString('latin1', 0, end);
  const body = answer.subarray(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  expect([100, 200, 206, 304, 400, 404, 405, 408, 413, 416, 417, 431]).toContain(status);
  // A line that is kept open may hold the next answer: to HEAD directly, else behind the body.
  if (body.toString('latin1', 0, 7) === 'HTTP/1.') return judge(body);
  if (body.length === 0 || (status !== 200 && status !== 206)) return;
  const length = Number(/content-length: (\d+)/.exec(head)?.[1]);
  const [, from = 0, last = SIZE - 1] = /content-range: bytes (\d+)-(\d+)\//.exec(head) ?? [];
  const right = BYTES.subarray(Number(from), Number(last) + 1);
  expect([length, body.subarray(0, length).equals(right)]).toEqual([right.length, true]);
  if (body.length > length) judge(body.subarray(length));
}

test(`HOSTILE 142: ${REQUESTS} made-up requests: it goes on, and gives nothing but what it says`, async () => {
  let left = REQUESTS;
  const roll = dice(SEED);
  await Promise.all(
    Array.from({ length: LINES }, async () => {
      while (left > 0) {
        left -= 1;
        const request = madeUp(roll);
        try {
          judge(await answerTo(request));
        } catch (cause) {
          const text = JSON.stringify(request.toString('latin1'));
          throw new Error(`seed ${SEED}, ${text}: ${reasonOf(cause)}`, { cause });
        }
      }
    }),
  );
  expect(failures).toEqual([]);
  const good = `GET ${address.pathname} HTTP/1.1\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`;
  expect((await answerTo(Buffer.from(good))).subarray(-SIZE).equals(BYTES)).toBe(true);
});
