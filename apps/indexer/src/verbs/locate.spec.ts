/** How a tracker's answer is checked before anybody is dialled. */
import { expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import type { FileHash, PeerId, PublicKey } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';
import { ShownContents } from '../tracking/shown.js';
import { locate } from './locate.js';

const [ANNE, BEN, EVE] = ['a', 'b', 'e'].map((letter) => letter.repeat(20)) as [
  PeerId,
  PeerId,
  PeerId,
];
const hash = '1'.repeat(64) as FileHash;
const curveKey = 'c'.repeat(64) as PublicKey;

const known = (peer: PeerId, part: Partial<KnownPeer>): KnownPeer => ({
  ...{ peer, address: '10.0.0.7', electionPort: 1, indexerPort: 2, transferPort: 3, name: 'x' },
  ...{ curveKey, seen: 'roster', member: true, sinceSeconds: 1, roundTripMs: 1, catalogue: null },
  ...part,
});

test('HOSTILE 111: a lying leader sends nobody to a host or port of its choice', async () => {
  const holders = [ANNE, BEN, EVE].map((peer, at) => {
    return { peer, address: '10.9.9.9', port: 22 + at, curveKey: 'd'.repeat(64) as PublicKey };
  });
  const line = {
    ask: async () => ({ hash, kind: 'file', name: 'film', size: 1, holders }),
  } as unknown as LeaderLine;
  const here = new Map([
    [ANNE, known(ANNE, { address: '10.0.0.1' })],
    [BEN, known(BEN, { member: false })],
  ]);
  const direct = { locate: async () => undefined };
  const knownHere = (peer: PeerId) => here.get(peer);
  const handler = locate({
    leaderLine: line,
    direct,
    knownHere,
    shown: new ShownContents(() => 0),
    trusted: { present: () => [] },
  });
  const answer = await handler({ hash });
  expect(answer.holders).toEqual([{ peer: ANNE, address: '10.0.0.1', port: 3, curveKey }]);
});
