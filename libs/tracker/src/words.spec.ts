/** How names and queries become words. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyWords, wordsOf } from './words.js';

describe('words', () => {
  test.each([
    ['The.Dark.Knight.2008.mkv', 'the dark knight 2008 mkv'],
    ['getElementById', 'get element by id'],
    ['HTTPServer', 'http server'],
    ['ABc', 'a bc'],
    ['Show.S01E02.1080p', 'show s 01 e 02 1080 p'],
    ['snake_case-and spaces', 'snake case and spaces'],
    ['Crème Brûlée', 'creme brulee'],
    ['Straße ŁÓDŹ', 'strasse lodz'],
    ['ﬁle１２', 'file 12'],
    ['日本語', '日本 本語'],
    ['猫', '猫'],
    ['東京tower', '東京 tower'],
    ['Привет мир', 'привет мир'],
    ['שלום', 'שלום'],
    ['--- ...', ''],
    ['\ud800x\udc00', 'x'],
  ])('of %p', (text, words) => {
    expect(wordsOf(text).join(' ')).toBe(words);
  });

  test('are the same for ASCII by hand and in general', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'abXYZ019 ._-'), maxLength: 20 });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(wordsOf(text)).toEqual(anyWords(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test('never throw, and say again what they said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(wordsOf(text)).toEqual(wordsOf(text));
      }),
    );
  });
});
