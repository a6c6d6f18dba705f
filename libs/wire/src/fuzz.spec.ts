/**
 * Every decoder of bytes that cross the LAN, with inputs by chance from a seed: 100,000 each, or as many as
 * IWANTO_FUZZ says; IWANTO_SEED repeats a run.
 */
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { decodeDataGrant, decodeDataHead, encodeDataGrant, encodeDataHead } from './data-frames.js';
import { decodeHaveAnswer, encodeHaveAnswer } from './have-answer.js';
import {
  type PieceRequest,
  decodePieceAnswer,
  decodePieceRequest,
  encodePieceAnswer,
  encodePieceRequest,
} from './piece-frames.js';
import type { FileHash } from './ids.js';

const RUNS = Number(process.env['IWANTO_FUZZ'] ?? 100_000);
const SEED = Number(process.env['IWANTO_SEED'] ?? randomInt(1, 2 ** 31));
const LENGTH_MAX = 96;

/** Numbers from 0 to below 2^32, the same for one seed (xorshift). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

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
  'a request for a piece': {
    sample: encodePieceRequest(request),
    take: (bytes) => {
      const got = decodePieceRequest(bytes);
      return !got || equal(encodePieceRequest(got), bytes);
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
      const isChanged = next() % 2 === 0;
      const bytes = isChanged ? Uint8Array.from(sample) : new Uint8Array(next() % LENGTH_MAX);
      const changes = isChanged ? next() % 4 : bytes.length;
      for (let change = 0; change < changes; change += 1) {
        const at = isChanged ? next() % bytes.length : change;
        bytes[at] = next() & 0xff;
      }
      if (!take(bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  },
  600_000,
);
