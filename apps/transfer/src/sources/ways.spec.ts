/** A peer that cannot be dialled is named once, with the port to allow, for as long as it is so. */
import { expect, test } from '@jest/globals';
import type { Holder, PeerId, PublicKey } from '@iwanto/wire';
import { Ways } from './ways.js';

const holder: Holder = {
  peer: 'ab'.repeat(10) as PeerId,
  ...{ address: '10.0.0.2', port: 17_119, curveKey: 'cd'.repeat(32) as PublicKey },
};

test('a detour, a closed way, and the way that is open again', () => {
  let isHere = true;
  const said: string[] = [];
  const ways = new Ways({ isHere: () => isHere, onTrouble: (sentence) => said.push(sentence) });
  ways.note(holder, 'direct');
  expect([said, ways.troubles()]).toEqual([[], []]);
  ways.note(holder, 'reversed');
  ways.note(holder, 'reversed');
  expect(said).toEqual([expect.stringMatching(/10\.0\.0\.2:17119 .*opens the connections itself/)]);
  expect(ways.troubles()).toEqual([expect.stringContaining('allow TCP 17119 and 17120')]);
  ways.note(holder, 'closed');
  expect(said.at(-1)).toContain('does not dial this host either');
  ways.note(holder, 'direct');
  expect(ways.troubles()).toEqual([]);
  isHere = false;
  ways.note(holder, 'closed');
  expect([said.length, ways.troubles()]).toEqual([2, []]);
});
