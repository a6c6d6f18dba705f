/** Sizes as people type and read them. */
import { expect, test } from '@jest/globals';
import { bytesFrom, sizeText } from './size-text.js';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [123 * 1024, '123 KiB'],
  [268_435_456, '256 MiB'],
  [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
])('%d bytes are shown as %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));

test.each([
  ['700', 700],
  ['100M', 104_857_600],
  [' 1.5 GiB ', 1_610_612_736],
  ['2 kb', 2048],
  ['', undefined],
  ['-1', undefined],
  ['1 PiB', undefined],
  ['9999999999T', undefined],
])('%j is typed for %p bytes', (text, bytes) => expect(bytesFrom(text)).toBe(bytes));
