/** The HTTP server for players: every request gets exactly what it asks for. */
import { type IncomingHttpHeaders, request as ask } from 'node:http';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure, type FileHash } from '@iwanto/wire';
import fc from 'fast-check';
import { HttpDoor, type Served } from './http-door.js';
import { rangeIn } from './range.js';

const SIZE = 5_000;
const BYTES = randomBytes(SIZE);
const ETAG = 'ab'.repeat(32) as FileHash;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let door: HttpDoor;
let addressOf: (path: string) => string;
let failures: Failure[];
let served: Served;

beforeEach(async () => {
  failures = [];
  served = {
    ...{
      name: 'Cr\u00e8me "br\u00fbl\u00e9e".mp4',
      type: 'video/mp4',
      size: SIZE,
      etag: ETAG,
    },
    async *bytes({ from, to }) {
      for (let at = from; at < to; at += 1_000) yield BYTES.subarray(at, Math.min(to, at + 1_000));
    },
  };
  door = new HttpDoor({
    served: (first) => (first === '0' ? served : undefined),
    onFailed: (failure) => failures.push(failure),
  });
  addressOf = await door.open();
});
afterEach(() => door.close());

async function* failing(failure: Failure): AsyncGenerator<Uint8Array> {
  yield* await Promise.reject<Uint8Array[]>(failure);
}

async function get(
  headers: Record<string, string> = {},
  { address = addressOf('0/x'), method = 'GET' } = {},
): Promise<Answer> {
  const asking = ask(address, { method, headers, agent: false }).end();
  const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream & Answer];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const { statusCode: status } = response as unknown as { statusCode: number };
  return { status, headers: response.headers, body: Buffer.concat(parts) };
}

describe('the door for players', () => {
  test('any header that asks for a range: the right bytes, or all of them, never another one', async () => {
    const place = fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 2 * SIZE }).map(String));
    const spelled = fc.oneof(
      fc.tuple(place, place).map(([first, last]) => `bytes=${first}-${last}`),
      fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).map((text) => `bytes=${text}`),
      fc.constantFrom('bytes=0-1,5-9', 'lines=1-2', 'bytes=--5', 'bytes=5--9', 'bytes=9-3'),
    );
    await fc.assert(
      fc.asyncProperty(spelled, async (range) => {
        const { status, headers, body } = await get({ range });
        if (status === 206) {
          const [, from, to] =
            /^bytes (\d+)-(\d+)\/5000$/.exec(headers['content-range'] ?? '') ?? [];
          expect(body.equals(BYTES.subarray(Number(from), Number(to) + 1))).toBe(true);
        } else if (status === 416) {
          expect(headers['content-range']).toBe(`bytes */${SIZE}`);
          expect(body.length).toBe(0);
        } else {
          expect(status).toBe(200);
          expect(body.equals(BYTES)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a range is what it says: from, to, and the last ones', () => {
    fc.assert(
      fc.property(
        fc.nat(SIZE),
        fc.nat(2 * SIZE),
        fc.integer({ min: 1, max: SIZE }),
        (from, more, size) => {
          const all = Array.from({ length: size }, (_, at) => at);
          const taken = (text: string) => {
            const range = rangeIn(text, size);
            return typeof range === 'string' ? [] : all.slice(range.from, range.to);
          };
          expect(taken(`${from}-${from + more}`)).toEqual(all.slice(from, from + more + 1));
          expect(taken(`${from}-`)).toEqual(all.slice(from));
          expect(taken(`-${from}`)).toEqual(from === 0 ? [] : all.slice(-from));
        },
      ),
    );
    expect(['', '-', 'a-b', '1', '2-1', '1-2-3'].map((text) => rangeIn(text, 9))).toEqual(
      Array.from({ length: 6 }, () => 'malformed'),
    );
  });

  test('HEAD, a condition that no longer holds, and what is known already', async () => {
    const head = await get({ range: 'bytes=0-9' }, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([206, '10', 0]);
    const range = 'bytes=0-9';
    expect((await get({ range, 'if-range': `"${ETAG}"` })).status).toBe(206);
    expect((await get({ range, 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ 'if-none-match': `"${ETAG}"` })).status).toBe(304);
    expect((await get({}, { method: 'DELETE' })).status).toBe(405);
  });

  test.each([
    ['if-none-match', `"stale" , "${ETAG}"`, 304],
    ['if-none-match', `W/"${ETAG}"`, 304],
    ['if-none-match', '*', 304],
    ['if-none-match', `"stale", ${ETAG}`, 200],
    ['if-match', '"stale"', 412],
    ['if-match', `W/"${ETAG}"`, 412],
    ['if-match', `"stale","${ETAG}"`, 200],
    ['if-match', '*', 200],
  ])('the condition %s: %s is answered with %i', async (name, value, status) => {
    expect((await get({ [name]: value })).status).toBe(status);
  });

  test('a name of any characters is told twice: in plain ones and as it is; nothing may run in it', async () => {
    const { headers } = await get();
    expect(headers['content-disposition']).toBe(
      `inline; filename="Cr_me _br_l_e_.mp4"; filename*=UTF-8''Cr%C3%A8me%20%22br%C3%BBl%C3%A9e%22.mp4`,
    );
    expect(headers).toMatchObject({
      ...{ etag: `"${ETAG}"`, 'x-content-type-options': 'nosniff' },
      ...{
        'content-security-policy': 'sandbox allow-same-origin',
        'referrer-policy': 'no-referrer',
      },
    });
  });

  test('HOSTILE 19, 20: whoever does not know the token, or is a page of somebody else, gets 404 and nothing more', async () => {
    const { port, origin } = new URL(addressOf(''));
    const own = addressOf('0/x');
    const wrong: [Record<string, string>, string][] = [
      [{}, `${origin}/`],
      [{}, `${origin}/0/x`],
      [{}, `${origin}/${'A'.repeat(32)}/0/x`],
      [{}, `${own.slice(0, -5)}/0/x`],
      [{}, addressOf('1/x')],
      [{ host: 'evil.example' }, own],
      [{ host: `evil.example:${port}` }, own],
      [{ host: '127.0.0.1' }, own],
      [{ origin: 'http://evil.example' }, own],
      [{ origin: 'null' }, own],
    ];
    for (const [headers, address] of wrong) {
      const answer = await get(headers, { address });
      expect([answer.status, answer.body.length]).toEqual([404, 0]);
      expect(Object.keys(answer.headers).sort()).toEqual([
        'connection',
        'date',
        'transfer-encoding',
      ]);
    }
    expect((await get({ origin })).status).toBe(200);
    expect((await get({ host: `localhost:${port}` })).status).toBe(200);
  });

  test('subtitles may be read by a page of another origin that knows the token, as browsers demand; nothing else may', async () => {
    const headers = { origin: 'http://player.example' };
    expect((await get(headers)).status).toBe(404);
    served = { ...served, type: 'text/vtt', isForPages: true };
    const answer = await get(headers);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*']);
    const guessed = addressOf('0/x').replace(/\/[\w-]{22}\//, `/${'A'.repeat(22)}/`);
    const refused = await get(headers, { address: guessed });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([
      404,
      undefined,
    ]);
    expect((await get({ ...headers, host: 'player.example' })).status).toBe(404);
  });

  test('HOSTILE 140: in a network it answers at its address there, with that Host and the token alone', async () => {
    const options = { served: () => served, onFailed: () => undefined };
    const open = new HttpDoor({ address: '127.0.0.2', ...options });
    try {
      const own = (await open.open())('0/x');
      const { port, origin } = new URL(own);
      expect(origin).toBe(`http://127.0.0.2:${port}`);
      expect((await get({}, { address: own })).body.equals(BYTES)).toBe(true);
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `tv.local:${port}`]) {
        expect((await get({ host }, { address: own })).status).toBe(404);
      }
      expect((await get({ origin: 'http://evil.example' }, { address: own })).status).toBe(404);
      expect((await get({}, { address: `${origin}/0/x` })).status).toBe(404);
    } finally {
      open.close();
    }
  });

  test('HOSTILE 143: lines that say nothing, or their head slowly, are closed, and others get in again', async () => {
    const { port } = new URL(addressOf(''));
    const silent = Array.from({ length: 64 }, (_, at) => {
      const line = connect(Number(port), '127.0.0.1');
      line.on('error', () => undefined);
      if (at % 2 === 0) line.write('GET / HTTP/1.1\r\nHost: ');
      return line;
    });
    await Promise.all(silent.map((line) => once(line.resume(), 'close')));
    expect((await get()).status).toBe(200);
  }, 20_000);

  test('nothing came: an error; something did: the line breaks, and the command hears why', async () => {
    const failure = new Failure('E_NO_SOURCE', 'Nobody is there.');
    served = { ...served, bytes: () => failing(failure) };
    expect((await get()).status).toBe(503);
    served = {
      ...served,
      async *bytes() {
        yield BYTES.subarray(0, 10);
        throw failure;
      },
    };
    await expect(get()).rejects.toThrow();
    expect(failures).toEqual([failure, failure]);
  });

  test('a closed request ends the reading of it', async () => {
    let stopped: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (stopped = resolve));
    served = {
      ...served,
      size: 1e9,
      async *bytes(_, signal) {
        signal.addEventListener('abort', stopped);
        for (;;) yield Buffer.alloc(100_000);
      },
    };
    const asking = ask(addressOf('0/x'), { agent: false }).end();
    await once(asking, 'response');
    asking.destroy();
    await ended;
    expect(failures).toEqual([]);
  });
});
