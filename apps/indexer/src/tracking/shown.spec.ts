/** A hash typed after a search. */
import { expect, test } from '@jest/globals';
import type { FileHash } from '@iwanto/wire';
import { ShownContents } from './shown.js';

const hashOf = (beginning: string) => beginning.padEnd(64, '0') as FileHash;
const result = (beginning: string, name: string) => ({ hash: hashOf(beginning), name });

test('a beginning means what was shown, and has the name it was shown under', () => {
  const shown = new ShownContents();
  shown.note({ results: [result('aaaaaaaa1', 'report.pdf'), result('bbbbbbbb', 'b')] });
  expect(shown.meant('aaaaaaaa')).toBe(hashOf('aaaaaaaa1'));
  expect(shown.nameOf(hashOf('aaaaaaaa1'))).toBe('report.pdf');
  shown.note({ results: [result('aaaaaaaa1', 'other.pdf')] });
  expect(shown.nameOf(hashOf('aaaaaaaa1'))).toBe('other.pdf');
});

test('a beginning of several that were shown, or of none, is left to the tracker', () => {
  const shown = new ShownContents();
  shown.note({ results: [result('aaaaaaaa1', 'a'), result('aaaaaaaa2', 'b')] });
  expect(shown.meant('aaaaaaaa')).toBe('aaaaaaaa');
  expect(shown.meant('cccccccc')).toBe('cccccccc');
});

test('what was shown long ago is forgotten', () => {
  const shown = new ShownContents();
  const results = Array.from({ length: 20_001 }, (_, at) => result(`${at.toString(16)}x`, 'n'));
  shown.note({ results });
  expect(shown.nameOf(results[0]!.hash)).toBe('n');
  expect(shown.nameOf(results.at(-1)!.hash)).toBeUndefined();
});
