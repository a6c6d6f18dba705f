/** Every decoder of frames that cross the LAN, with 100,000 random inputs, or as many as IWANTO_FUZZ says; IWANTO_SEED repeats a run. */
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { decodeDataGrant, decodeDataHead, encodeDataGrant, encodeDataHead } from './data-frames.js';
import { decodeHaveAnswer, encodeHaveAnswer } from './have-answer.js';
import {
  type PieceRequest,
  decodePieceAnswer,
  decodePieceRequests,
  encodePieceAnswer,
  encodePieceRequests,
} from './piece-frames.js';
import { DIAL_HELLO_BYTES, beginningOf, encodeDialHello } from './dial-hello.js';
import { bytesOfHex } from './hex.js';
import type { FileHash } from './ids.js';
import { madeUp, numbersFrom } from './testing/made-up.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LIMIT_MS = 600_000;

const request: PieceRequest = {
  ...{ ask: 'piece', requestId: 7, root: 'ab'.repeat(32) as FileHash, first: 3, count: 1 },
};
const key = new Uint8Array(32).fill(5);
const grant = { port: 17_120, lineId: new Uint8Array(16).fill(9), askerKey: key, uploaderKey: key };
const equal = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;
const [answerHead, answerBody] = encodePieceAnswer({
  ...{ type: 'refused', requestId: 7, reason: 'busy' },
});

/** By decoder: something it accepts, and whether what it accepted encodes back to the same bytes. */
const decoders: Record<string, { sample: Uint8Array; take: (bytes: Uint8Array) => boolean }> = {
  'requests for pieces': {
    sample: encodePieceRequests([request, request]),
    take: (bytes) => {
      const got = decodePieceRequests(bytes);
      return !got || equal(encodePieceRequests(got), bytes);
    },
  },
  'the answer to one': {
    sample: Buffer.concat([answerHead, answerBody]),
    take: (bytes) => {
      const cut = answerHead.length;
      const got = decodePieceAnswer(bytes.subarray(0, cut), bytes.subarray(cut));
      return !got || equal(Buffer.concat(encodePieceAnswer(got)), bytes);
    },
  },
  'the grant of a data line': {
    sample: encodeDataGrant(grant),
    take: (bytes) => {
      const got = decodeDataGrant(bytes);
      return !got || equal(encodeDataGrant(got), bytes);
    },
  },
  'the head of a data frame': {
    sample: encodeDataHead({ requestId: 7, length: 1_000 }),
    take: (bytes) => {
      const got = decodeDataHead(bytes);
      return !got || equal(encodeDataHead(got), bytes);
    },
  },
  'the beginning of a dialled line': {
    sample: encodeDialHello(new Uint8Array(16).fill(3)),
    take: (bytes) => {
      const got = beginningOf(bytes);
      if (got.kind !== 'dialled') return true;
      return equal(encodeDialHello(bytesOfHex(got.ticket)), bytes.subarray(0, DIAL_HELLO_BYTES));
    },
  },
  'what a source has': {
    sample: encodeHaveAnswer({ hasAll: false, known: 2, peers: [], pieces: [1, 5] }, true),
    take: (bytes) => {
      decodeHaveAnswer(bytes, true);
      decodeHaveAnswer(bytes, false);
      return true;
    },
  },
};

test.each(Object.entries(decoders))(
  `HOSTILE 114: %s that is made up is refused, or encodes back the same (seed ${SEED})`,
  (_, { sample, take }) => {
    const next = numbersFrom(SEED);
    const wrong: string[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const bytes = madeUp(next, sample);
      if (!take(bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  },
  LIMIT_MS,
);
