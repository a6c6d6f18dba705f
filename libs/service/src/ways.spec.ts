/** A peer that cannot be dialled is named once, with the port to allow, for as long as it is so. */
import { expect, test } from '@jest/globals';
import type { PeerId, Way } from '@iwanto/wire';
import { Ways } from './ways.js';

const peer = 'ab'.repeat(10) as PeerId;
const ANNA = 'aa'.repeat(10) as PeerId;
const dialled = { peer, address: '10.0.0.2', port: 17_119 };
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const relayed: Way = { kind: 'relayed', relay: ANNA };

test('a detour, a relay, a closed way, and the way that is open again', () => {
  let isHere = true;
  const said: string[] = [];
  const ways = new Ways({
    isHere: () => isHere,
    nameOf: () => 'anna',
    portsOf: (port) => `${port} and ${port + 1}`,
    onTrouble: (sentence) => said.push(sentence),
  });
  ways.note(dialled, direct);
  expect([said, ways.troubles(), ways.relayTo(peer)]).toEqual([[], [], undefined]);
  ways.note(dialled, reversed);
  ways.note(dialled, reversed);
  expect(said).toEqual([expect.stringMatching(/10\.0\.0\.2:17119 .*opens the connections itself/)]);
  expect(ways.troubles()).toEqual([expect.stringContaining('allow TCP 17119 and 17120')]);
  ways.note(dialled, relayed);
  expect(said.at(-1)).toContain('anna relays between the two');
  expect(ways.relayTo(peer)).toBe(ANNA);
  expect(ways.views()).toEqual([{ peer, way: 'relayed', relay: ANNA }]);
  ways.note(dialled, undefined);
  expect(said.at(-1)).toContain('and nobody relays: allow TCP 17119 and 17120');
  expect(ways.views()).toEqual([{ peer, way: 'closed', relay: null }]);
  ways.note(dialled, direct);
  expect(ways.troubles()).toEqual([]);
  isHere = false;
  ways.note(dialled, undefined);
  expect([said.length, ways.troubles(), ways.views()]).toEqual([3, [], []]);
});
