/** A hash typed after a search. */
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import { ShownContents } from './shown.js';

const hashOf = (beginning: string) => beginning.padEnd(64, '0') as FileHash;
const result = (beginning: string, name: string) => ({ hash: hashOf(beginning), name });

test('a beginning means what was shown, and has the name it was shown under', () => {
  const shown = new ShownContents(() => 0);
  shown.note({ results: [result('aaaaaaaa1', 'report.pdf'), result('bbbbbbbb', 'b')] });
  expect(shown.meant('aaaaaaaa')).toBe(hashOf('aaaaaaaa1'));
  expect(shown.nameOf(hashOf('aaaaaaaa1'))).toBe('report.pdf');
  shown.note({ results: [result('aaaaaaaa1', 'other.pdf')] });
  expect(shown.nameOf(hashOf('aaaaaaaa1'))).toBe('other.pdf');
});

test('a beginning of several that were shown, or of none, is left to the tracker', () => {
  const shown = new ShownContents(() => 0);
  shown.note({ results: [result('aaaaaaaa1', 'a'), result('aaaaaaaa2', 'b')] });
  expect(shown.meant('aaaaaaaa')).toBe('aaaaaaaa');
  expect(shown.meant('cccccccc')).toBe('cccccccc');
});

test('what was shown long ago is forgotten', () => {
  const shown = new ShownContents(() => 0);
  const results = Array.from({ length: 20_001 }, (_, at) => result(`${at.toString(16)}x`, 'n'));
  shown.note({ results });
  expect(shown.nameOf(results[0]!.hash)).toBe('n');
  expect(shown.nameOf(results.at(-1)!.hash)).toBeUndefined();
});

test('who had a content that left is remembered with it, until somebody has it again', () => {
  let nowMs = 100_000;
  const shown = new ShownContents(() => nowMs);
  const hash = 'ab'.repeat(32) as FileHash;
  const seen = { secondsAgo: 60, peers: [{ peer: 'aa'.repeat(10) as PeerId, name: 'anna' }] };
  shown.note({ results: [{ hash, name: 'film', seen }] });
  nowMs += 30_000;
  expect(shown.leftOf(hash)).toEqual({ names: ['anna'], secondsAgo: 90 });
  shown.note({ results: [{ hash, name: 'film' }] });
  expect(shown.leftOf(hash)).toBeUndefined();
});
