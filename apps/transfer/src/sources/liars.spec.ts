/** Peers that sent wrong bytes are remembered for a while, up to a limit. */
import { expect, test } from '@jest/globals';
import { LIARS_MAX } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import { Liars } from './liars.js';

const peerOf = (number: number) => String(number).padStart(20, '0') as PeerId;

test('a lie counts for an hour, each one anew', () => {
  let nowMs = 0;
  const liars = new Liars(() => nowMs);
  liars.note(peerOf(1));
  nowMs = 3_000_000;
  liars.note(peerOf(1));
  liars.note(peerOf(2));
  nowMs = 6_000_000;
  expect(liars.has(peerOf(1))).toBe(true);
  expect(liars.list()).toEqual([
    { peer: peerOf(2), times: 1, secondsAgo: 3_000 },
    { peer: peerOf(1), times: 2, secondsAgo: 3_000 },
  ]);
  nowMs = 6_600_000;
  expect(liars.has(peerOf(1))).toBe(false);
  expect(liars.list()).toEqual([]);
  liars.note(peerOf(1));
  expect(liars.list()).toEqual([{ peer: peerOf(1), times: 1, secondsAgo: 0 }]);
});

test('new names without end push out old ones, not the memory', () => {
  const liars = new Liars(() => 0);
  for (let number = 0; number < LIARS_MAX + 10; number += 1) liars.note(peerOf(number));
  expect(liars.list()).toHaveLength(LIARS_MAX);
  expect(liars.has(peerOf(0))).toBe(false);
});
