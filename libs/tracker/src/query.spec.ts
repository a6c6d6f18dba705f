/** What is typed, and how it is understood. */
import { describe, expect, test } from '@jest/globals';
import { readQuery } from './query.js';

describe('a query', () => {
  test.each([
    ['wicker man', { words: 'wicker man' }],
    ['wicker -nicolas', { words: 'wicker', excluded: ['nicolas'] }],
    ['"wicker man" 1973', { phrases: ['wicker man'], words: 'wicker man 1973' }],
    ['-"folk horror" wicker', { excluded: ['folk horror'], words: 'wicker' }],
    ['wick* man', { patterns: ['wick*'], words: 'man' }],
    ['*.epub', { patterns: [], words: '', extensions: ['epub'] }],
    ['.Webm', { words: '', extensions: ['webm'] }],
    ['ferry .webm', { words: 'ferry .webm', extensions: [] }],
    ['-*.webm', { words: '.webm', extensions: [] }],
    ['AVI', { words: 'AVI', extensions: [] }],
    ['.ferry', { words: '.ferry', extensions: [] }],
    ['ext:.MKV,avi x', { extensions: ['mkv', 'avi'], words: 'x' }],
    ['type:videos x', { types: ['video'] }],
    ['size:>1k', { sizeMin: 1_025, sizeMax: Infinity }],
    ['size:<=2M', { sizeMin: 0, sizeMax: 2 * 2 ** 20 }],
    ['size:10..1.5k', { sizeMin: 10, sizeMax: 1_536 }],
    ['size:700', { sizeMin: 700, sizeMax: 700 }],
    ['Alien: Romulus', { words: 'Alien: Romulus' }],
    ['re:zero', { words: 're:zero' }],
    ['a - b', { words: 'a - b', excluded: [] }],
    ['-odd-name-', { words: '-odd-name-', excluded: [] }],
    ['"', { words: '' }],
  ])('%p', (text, expected) => expect(readQuery(text)).toMatchObject(expected));

  test('of a pasted path is its last name; the folders only help', () => {
    const query = readQuery('/home/ben/videos/Wicker Man (1973).mkv');
    expect(query).toMatchObject({
      words: 'Wicker Man (1973).mkv',
      path: '/home/ben/videos',
    });
  });

  test('HOSTILE 175: counts the first four patterns of many', () => {
    const { patterns } = readQuery('a* *b* c*d e* f* g*');
    expect(patterns).toEqual(['a*', '*b*', 'c*d', 'e*']);
  });

  test('that is too long is cut to its end', () => {
    expect(readQuery(`${'folder/'.repeat(100)}the end.txt`).words).toBe('the end.txt');
  });

  test.each(['size:>large', 'size:..x', 'type:shoe'])(
    '%p is refused with what would do',
    (text) => {
      expect(() => readQuery(text)).toThrow(/takes/);
    },
  );
});
