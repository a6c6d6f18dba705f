/** What counts as text, and how much of it is printed. */
import { expect, test } from '@jest/globals';
import { firstLines } from './text.js';

const lines = (bytes: Uint8Array | string, most = 20) => firstLines(Buffer.from(bytes), most);

test('the first lines, whatever ends them, and nothing that steers a terminal', () => {
  expect(lines('one\r\ntwo\n\nthree\n')).toEqual(['one', 'two', '', 'three']);
  expect(lines('a\tb\n\u001b[31mred\n')).toEqual(['a    b', expect.not.stringContaining('\u001b')]);
  expect(lines('1\n2\n3\n4', 2)).toEqual(['1', '2']);
  expect(lines('x'.repeat(9_999))![0]!.length).toBe(1_000);
});

test('a character that the end cuts off, and UTF-16 with its mark, are texts; other bytes are none', () => {
  expect(lines(Buffer.from('na\u00efve \u{1f600}').subarray(0, -2))).toEqual(['na\u00efve ']);
  expect(lines(Buffer.from('\ufeffhe\u00e4', 'utf16le'))).toEqual(['he\u00e4']);
  expect(lines(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))).toBeUndefined();
  expect(lines(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBeUndefined();
});
