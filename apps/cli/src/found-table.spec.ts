/** The table of a search: which peer has what, when peers have the same name. */
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId, SearchResult } from '@iwanto/wire';
import { foundLines } from './found-table.js';

const [ANNE, OTHER, BEN] = ['aa', 'cc', 'bb'].map((one) => one.repeat(10)) as [
  PeerId,
  PeerId,
  PeerId,
];

const resultOf = (name: string, peers: SearchResult['where']['peers']): SearchResult => ({
  ...{ hash: 'ab'.repeat(32) as FileHash, kind: 'file', name, size: 1, peers: peers.length },
  ...{ score: 1, similar: false, modifiedMs: null, otherNames: [], group: 0 },
  where: { folder: 'films', short: 'films', peers },
});

test('what a peer fetched is in its downloads, not in a folder called after the hash', () => {
  const [peers, folder] = [[{ peer: BEN, name: 'ben' }], `downloads/${'ab'.repeat(8)}`];
  const result = { ...resultOf('a', peers), where: { folder, short: 'ab'.repeat(8), peers } };
  const lines = foundLines({ query: 'a', results: [result], hashes: ['ab'], held: new Map() });
  expect(lines[1]).toContain('downloads @ben');
});

test('peers of the same name are shown with their fingerprints, others by name alone', () => {
  const results = [
    resultOf('a', [
      { peer: ANNE, name: 'studio' },
      { peer: BEN, name: 'ben' },
    ]),
    resultOf('b', [{ peer: OTHER, name: 'studio' }]),
  ];
  const lines = foundLines({ query: 'a', results, hashes: ['ab', 'ab'], held: new Map() });
  expect(lines[1]).toContain('films @studio~aaaaaa @ben');
  expect(lines[2]).toContain('films @studio~cccccc');
});
