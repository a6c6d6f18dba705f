/** A search of a host that blocks a peer. */
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId, SearchAnswer, SearchResult } from '@iwanto/wire';
import { withoutBlocked } from './blocked-results.js';

const [ANNE, EVE] = ['a', 'e'].map((one) => one.repeat(20)) as [PeerId, PeerId];
const resultOf = (at: number, peers: readonly PeerId[], group = at): SearchResult => ({
  ...{ hash: `${at}`.repeat(64) as FileHash, kind: 'file', name: `${at}.mkv`, size: 1 },
  ...{ peers: peers.length, score: 1, similar: false, modifiedMs: null, otherNames: [], group },
  where: { folder: 'films', short: 'films', peers: peers.map((peer) => ({ peer, name: '' })) },
});
const answerOf = (...results: SearchResult[]): SearchAnswer => ({
  ...{ results, total: results.length + 10, totalIsLeast: false, similar: false },
  ...{ leader: ANNE, partial: false },
});
const blocked = (peer: PeerId) => peer === EVE;

test('what a blocked peer alone has is left out, and it is not named beside others', () => {
  const found = answerOf(resultOf(0, [EVE]), resultOf(1, [EVE, ANNE]), resultOf(2, [ANNE], 1));
  const { results, total } = withoutBlocked(found, blocked);
  expect(total).toBe(12);
  expect(results.map(({ name, peers, group }) => [name, peers, group])).toEqual([
    ['1.mkv', 1, 0],
    ['2.mkv', 1, 0],
  ]);
  expect(results[0]?.where.peers).toEqual([{ peer: ANNE, name: '' }]);
});

test('an answer that names no blocked peer stays as it is, and so does what departed peers had', () => {
  const found = answerOf(resultOf(0, [ANNE]));
  expect(withoutBlocked(found, blocked)).toBe(found);
  const left = { ...resultOf(1, []), seen: { secondsAgo: 9, peers: [] } };
  const both = withoutBlocked(answerOf(resultOf(0, [EVE]), left), blocked);
  expect(both.results.map(({ name }) => name)).toEqual(['1.mkv']);
});
