/** How a name is understood: its words, and the other forms by which it is found. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runsOf } from './runs.js';
import { nameText, termsOf } from './tokens.js';

const words = (name: string) => nameText(name).tokens.map(({ text }) => text);
const terms = (name: string) => [...termsOf(nameText(name))];

describe('words', () => {
  test.each([
    ['The.Wicker.Man.1973.mkv', ['the', 'wicker', 'man', '1973']],
    ['getElementById.html', ['get', 'element', 'by', 'id']],
    ['HTMLParser2.java', ['html', 'parser', '2']],
    ['Crème Brûlée.txt', ['creme', 'brulee']],
    ['Øresund – Łódź.txt', ['oresund', 'lodz']],
    ['كِتَابٌ.pdf', ['كتاب']],
    ['إسلام.pdf', ['اسلام']],
    ['שָׁלוֹם.txt', ['שלומ']],
    ['٢٠٢٠ تقرير', ['2020', 'تقرير']],
    ['カタカナ', ['かた', 'たか', 'かな']],
    ['lecture 007.pdf', ['lecture', '7']],
    ['Schindler’s List', ['schindlers', 'list']],
    ['S.P.E.C.T.R.E.', ['spectre']],
    ['Objective-C++ and F#', ['objective', 'c++', 'and', 'f#']],
    ['Ca$h Money', ['cash', 'money']],
    ['Tom & Jerry', ['tom', 'and', 'jerry']],
    ['???.mp3', ['???']],
    ['🎈🎈.png', ['🎈', '🎈']],
    ['---', ['---']],
  ])('of %p are %p', (name, expected) => expect(words(name)).toEqual(expected));

  test('of ASCII are the same both ways', () => {
    const ascii = fc.string({
      unit: fc.constantFrom(..."aBcD01 .-_x'&+#(){}"),
      maxLength: 20,
    });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(runsOf(text)).toEqual(runsOf(text, true));
      }),
    );
  });
});

describe('forms', () => {
  test.each([
    'Show.S03E07.mkv',
    'Show 3x07.avi',
    'show s3e7',
    'Show, Season 3, Episode 7',
    'Show - Staffel 3 Folge 7',
  ])('an episode is one word in %p', (name) => expect(terms(name)).toContain('s3e7'));

  test.each([
    '2021-09-05 party.jpg',
    'IMG_20210905_101112.jpg',
    'party 05.09.2021',
    'Scan 2021_09_05',
  ])('a day is one word in %p', (name) => expect(terms(name)).toContain('20210905'));

  test.each([
    ['Spider-Man', 'spiderman'],
    ['AC-DC', 'acdc'],
    ['YouTube', 'youtube'],
    ['R2-D2', 'r2d2'],
    ["L'amour", 'amour'],
    ["Ocean's", 'ocean'],
    ['S01E02E03', 's1e3'],
  ])('%p is found by %p', (name, form) => expect(terms(name)).toContain(form));

  test.each(['1920x1080.png', 'version 1.2.3', 'a1x', '20219999.txt'])(
    'there is no episode and no day in %p',
    (name) => {
      const kinds = nameText(name).tokens.map(({ kind }) => kind);
      expect(kinds).not.toContain('episode');
      expect(kinds).not.toContain('date');
    },
  );
});

test('what follows a release tag tells little', () => {
  const telling = nameText('The.Fly.1986.1080p.BluRay.x264-GROUP.mkv').tokens.filter(
    ({ weight }) => weight >= 1,
  );
  expect(telling.map(({ text }) => text)).toEqual(['fly']);
});
