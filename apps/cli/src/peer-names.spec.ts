/** Names that people chose, unique by fingerprint. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { peerFrom, peerNames } from './peer-names.js';

const peer = (letter: string, name: string) => ({ peer: letter.repeat(20) as PeerId, name });
const PEERS = [
  peer('a', 'anna'),
  peer('b', 'ben'),
  peer('c', 'Ben'),
  peer('d', ''),
  peer('e', 'x\u202ey'),
];

describe('the name of a peer', () => {
  test('has the fingerprint behind it if two have the same', () => {
    expect([...peerNames(PEERS).values()]).toEqual([
      'anna',
      'ben~bbbbbb',
      'Ben~cccccc',
      'dddddd',
      'x\\u{202e}y',
    ]);
  });

  test('is not taken from another by a name that ends like its fingerprint', () => {
    const names = peerNames([...PEERS, peer('f', 'ben~bbbbbb')]);
    expect(names.get('f'.repeat(20) as PeerId)).toBe('ben~bbbbbb~ffffff');
    expect(peerFrom([...PEERS, peer('f', 'ben~bbbbbb')], 'ben~bbbbbb')).toBe('b'.repeat(20));
    // Also after the other Ben has gone.
    const two = [peer('b', 'ben'), peer('f', 'ben~bbbbbb')];
    expect(peerFrom(two, 'ben~bbbbbb')).toBe('b'.repeat(20));
  });

  test.each([
    ['anna', 'a'],
    ['ANNA', 'a'],
    ['ben~bbbbbb', 'b'],
    ['anna~aaaaaa', 'a'],
    ['cccccc', 'c'],
    ['d'.repeat(20), 'd'],
  ])('%s finds its peer', (typed, letter) => {
    expect(peerFrom(PEERS, typed)).toBe(letter.repeat(20));
  });

  test('is refused if it fits nobody or several', () => {
    expect(() => peerFrom(PEERS, 'ben')).toThrow('fits 2 peers: ben~bbbbbb, Ben~cccccc');
    expect(() => peerFrom(PEERS, 'carl')).toThrow('There is no peer called "carl"');
  });
});
