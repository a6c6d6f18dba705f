/** Piece frames: golden bytes, round trips, and nothing else accepted. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOfHex, hexOf } from './hex.js';
import type { FileHash } from './ids.js';
import {
  DIGESTS_PER_FRAME_MAX,
  PIECE_ASKS,
  PIECE_BYTES,
  PIECE_HEAD_BYTES,
  PIECE_REQUESTS_PER_FRAME_MAX,
  PIECE_REQUEST_BYTES,
  type PieceAnswer,
  type PieceAsk,
  type PieceRequest,
  REFUSALS,
  type Refusal,
  decodePieceAnswer,
  decodePieceRequest,
  decodePieceRequests,
  encodePieceAnswer,
  encodePieceRequest,
  encodePieceRequests,
} from './piece-frames.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const root = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => hexOf(bytes) as FileHash);
const request: fc.Arbitrary<PieceRequest> = fc
  .constantFrom(...(Object.keys(PIECE_ASKS) as PieceAsk[]))
  .chain((ask) =>
    fc.record({
      ask: fc.constant(ask),
      requestId: u32,
      root,
      first: u32,
      count: fc.integer({
        min: 1,
        max: ask === 'digests' ? DIGESTS_PER_FRAME_MAX : ask === 'pack' ? 4_096 : 1,
      }),
    }),
  );
const answer: fc.Arbitrary<PieceAnswer> = fc.oneof(
  fc.record({ type: fc.constant('data' as const), requestId: u32, body: fc.uint8Array() }),
  fc.record({
    type: fc.constant('refused' as const),
    requestId: u32,
    reason: fc.constantFrom(...(Object.keys(REFUSALS) as Refusal[])),
  }),
);

describe('golden vectors', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('./vectors/piece-frames.json', import.meta.url), 'utf8'),
  ) as {
    requests: { request: PieceRequest; hex: string }[];
    answers: { answer: { type: string; body?: string }; head: string; body: string }[];
  };

  test.each(vectors.requests)('request of a $request.ask', (vector) => {
    expect(hexOf(encodePieceRequest(vector.request))).toBe(vector.hex);
    expect(decodePieceRequest(bytesOfHex(vector.hex))).toEqual(vector.request);
  });

  test.each(vectors.answers)('answer: $answer.type', (vector) => {
    const { body } = vector.answer;
    const plain = { ...vector.answer, ...(body === undefined ? {} : { body: bytesOfHex(body) }) };
    const frames = encodePieceAnswer(plain as PieceAnswer);
    expect(frames.map(hexOf)).toEqual([vector.head, vector.body]);
    expect(decodePieceAnswer(bytesOfHex(vector.head), bytesOfHex(vector.body))).toEqual(plain);
  });
});

describe('piece frames', () => {
  test('requests and answers come back as they were', () => {
    fc.assert(
      fc.property(request, (one) => {
        expect(decodePieceRequest(encodePieceRequest(one))).toEqual(one);
      }),
    );
    fc.assert(
      fc.property(answer, (one) => {
        expect(decodePieceAnswer(...encodePieceAnswer(one))).toEqual(one);
      }),
    );
  });

  test('requests of one frame come back in their order', () => {
    const some = fc.array(request, { minLength: 1, maxLength: PIECE_REQUESTS_PER_FRAME_MAX });
    fc.assert(
      fc.property(some, (all) => {
        expect(decodePieceRequests(encodePieceRequests(all))).toEqual(all);
      }),
    );
  });

  test('a body is passed on, not copied', () => {
    const body = new Uint8Array(5);
    expect(encodePieceAnswer({ type: 'data', requestId: 1, body })[1]).toBe(body);
  });

  test('random bytes never throw; what is accepted is written the same again', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 3 }),
        (head, body) => {
          const asked = decodePieceRequest(head);
          if (asked) expect(encodePieceRequest(asked)).toEqual(head);
          const answered = decodePieceAnswer(head, body);
          if (answered) expect(encodePieceAnswer(answered)).toEqual([head, body]);
        },
      ),
    );
  });

  const good = encodePieceRequest({
    ask: 'piece',
    requestId: 1,
    root: 'ab'.repeat(32) as FileHash,
    first: 0,
    count: 1,
  });
  const changed = (at: number, ...bytes: number[]) => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };

  test.each([
    ['too short', good.subarray(0, PIECE_REQUEST_BYTES - 1)],
    ['too long', Uint8Array.from([...good, 0])],
    ['of another version', changed(0, 1)],
    ['for an unknown thing', changed(1, 9)],
    ['for no piece', changed(42, 0, 0, 0, 0)],
    ['for two pieces', changed(42, 0, 0, 0, 2)],
    [
      'for too many digests',
      changed(1, PIECE_ASKS.digests, ...good.subarray(2, 42), 0, 0, 0x80, 1),
    ],
  ])('HOSTILE 38: a request %s is none', (_, bytes) => {
    expect(decodePieceRequest(bytes)).toBeUndefined();
  });

  test.each([
    ['that holds none', new Uint8Array()],
    ['that ends within one', Buffer.concat([good, good.subarray(0, PIECE_REQUEST_BYTES - 1)])],
    ['with one that is none', Buffer.concat([good, changed(1, 9), good])],
    ['with too many', Buffer.concat(Array(PIECE_REQUESTS_PER_FRAME_MAX + 1).fill(good))],
  ])('HOSTILE 38: a frame %s counts for nothing', (_, bytes) => {
    expect(decodePieceRequests(bytes)).toBeUndefined();
  });

  test('HOSTILE 41: an answer with a wrong head, reason or size is none', () => {
    const [head] = encodePieceAnswer({ type: 'data', requestId: 1, body: new Uint8Array(0) });
    const [refusal] = encodePieceAnswer({ type: 'refused', requestId: 1, reason: 'busy' });
    expect(decodePieceAnswer(head, new Uint8Array(PIECE_BYTES))).toBeDefined();
    expect(decodePieceAnswer(head, new Uint8Array(PIECE_BYTES + 1))).toBeUndefined();
    expect(
      decodePieceAnswer(new Uint8Array(PIECE_HEAD_BYTES + 1), new Uint8Array(0)),
    ).toBeUndefined();
    expect(decodePieceAnswer(refusal, Uint8Array.of(99))).toBeUndefined();
    expect(decodePieceAnswer(refusal, new Uint8Array(0))).toBeUndefined();
  });
});
