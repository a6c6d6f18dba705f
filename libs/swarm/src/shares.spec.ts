/** Which of many peers fetches which piece: each arrives at the same answer on its own. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { Shares } from './shares.js';

const PIECES = 4_000;
const peerOf = (number: number) =>
  (number * 2_654_435_761).toString(16).padStart(20, '0') as PeerId;
/** Peer ids are the beginning of a hash. */
const PEERS = Array.from(
  { length: 8 },
  (_, at) => `${peerOf(at + 1).slice(-8)}${'0'.repeat(12)}` as PeerId,
);

const sharesOf = (self: PeerId, all: readonly PeerId[]) => {
  const shares = new Shares(self);
  for (const peer of all) if (peer !== self) shares.join(peer);
  return shares;
};
const ownOf = (shares: Shares) =>
  Array.from({ length: PIECES }, (_, piece) => piece).filter((piece) => shares.before(piece) === 0);

describe('Shares', () => {
  test('each piece belongs to exactly one of those who know each other, to all about as many', () => {
    const own = PEERS.map((self) => ownOf(sharesOf(self, PEERS)));
    expect(own.flat().toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: PIECES }, (_, piece) => piece),
    );
    for (const { length } of own) {
      expect(length).toBeGreaterThan((0.8 * PIECES) / PEERS.length);
      expect(length).toBeLessThan((1.2 * PIECES) / PEERS.length);
    }
  });

  test('who leaves gives its pieces to the others and changes nothing else', () => {
    const [self = peerOf(1), gone = peerOf(2)] = PEERS;
    const shares = sharesOf(self, PEERS);
    const before = ownOf(shares);
    shares.leave(gone);
    const after = new Set(ownOf(shares));
    expect(before.every((piece) => after.has(piece))).toBe(true);
    expect(after.size).toBeGreaterThan(before.length);
  });

  test('all stand in one order behind the owner of a piece', () => {
    const crowd = PEERS.map((self) => sharesOf(self, PEERS));
    for (let piece = 0; piece < 100; piece += 1) {
      const order = crowd.map((shares) => shares.before(piece)).toSorted();
      expect(order).toEqual(PEERS.map((_, at) => at));
    }
  });

  test('alone, and where nobody said who this is, every piece is own', () => {
    expect(ownOf(new Shares(peerOf(1)))).toHaveLength(PIECES);
    const nameless = new Shares(undefined);
    nameless.join(peerOf(2));
    expect(ownOf(nameless)).toHaveLength(PIECES);
  });
});
