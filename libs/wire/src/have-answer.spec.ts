import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HAVE_PEERS_MAX, decodeHaveAnswer, encodeHaveAnswer } from './have-answer.js';
import type { PeerId } from './ids.js';

const peer = fc
  .uint8Array({ minLength: 10, maxLength: 10 })
  .map((bytes) => Buffer.from(bytes).toString('hex') as PeerId);
const pieces = fc.uniqueArray(fc.nat({ max: 5_000 }), { maxLength: 50 });

describe('what a peer says that it has', () => {
  test('comes back as it was, as bits and as numbers', () => {
    fc.assert(
      fc.property(pieces, fc.array(peer, { maxLength: HAVE_PEERS_MAX }), (have, peers) => {
        const answer = { hasAll: false, known: have.length, peers, pieces: have };
        expect(decodeHaveAnswer(encodeHaveAnswer(answer, false), false)).toEqual(answer);
        const sorted = { ...answer, pieces: [...have].sort((a, b) => a - b) };
        expect(decodeHaveAnswer(encodeHaveAnswer(answer, true), true)).toEqual(sorted);
      }),
    );
  });

  test('lists nothing where it has everything', () => {
    const all = { hasAll: true, known: 0, peers: [], pieces: [] };
    expect(decodeHaveAnswer(encodeHaveAnswer(all, true), true)).toEqual(all);
  });

  test('is refused where it is cut, too long, or of another form', () => {
    const good = encodeHaveAnswer({ hasAll: false, known: 1, peers: [], pieces: [3] }, false);
    expect(decodeHaveAnswer(good.subarray(0, 6), false)).toBeUndefined();
    expect(decodeHaveAnswer(good.subarray(0, good.length - 1), false)).toBeUndefined();
    expect(decodeHaveAnswer(Uint8Array.of(2, ...good.subarray(1)), false)).toBeUndefined();
    expect(decodeHaveAnswer(new Uint8Array(1_048_577), true)).toBeUndefined();
    const manyPeers = good.slice();
    manyPeers.set([0xff, 0xff], 5);
    expect(decodeHaveAnswer(manyPeers, false)).toBeUndefined();
  });
});
