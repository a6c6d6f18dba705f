/** A peer that cannot be dialled is named once, with the port to allow, for as long as it is so. */
import { expect, test } from '@jest/globals';
import type { PeerId, Reach, Way } from '@iwanto/wire';
import { Ways } from './ways.js';

const peer = 'ab'.repeat(10) as PeerId;
const ANNA = 'aa'.repeat(10) as PeerId;
const dialled = { peer, address: '10.0.0.2', port: 17_119 };
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const relayed: Way = { kind: 'relayed', relay: ANNA };

/** One line of the log is written after the port was tried. */
const explained = async () => {
  await Promise.resolve();
  await Promise.resolve();
};

function newWays(reach: Reach, isHere = () => true) {
  const said: string[] = [];
  const ways = new Ways({
    isHere,
    nameOf: () => 'anna',
    dial: () => Promise.resolve(reach),
    portsOf: (port) => `${port} and ${port + 1}`,
    onTrouble: (sentence) => said.push(sentence),
  });
  return { ways, said };
}

test('a detour, a relay, a closed way, and the way that is open again', async () => {
  let isHere = true;
  const { ways, said } = newWays('silent', () => isHere);
  ways.note(dialled, direct);
  expect([said, ways.troubles(), ways.relayTo(peer)]).toEqual([[], [], undefined]);
  ways.note(dialled, reversed);
  ways.note(dialled, reversed);
  await explained();
  expect(said).toEqual([expect.stringMatching(/10\.0\.0\.2:17119 .*opens the connections itself/)]);
  expect(ways.troubles()).toEqual([expect.stringContaining('allow TCP 17119 and 17120')]);
  ways.note(dialled, relayed);
  await explained();
  expect(said.at(-1)).toContain('anna relays between the two');
  expect(ways.relayTo(peer)).toBe(ANNA);
  expect(ways.views()).toEqual([{ peer, way: 'relayed', relay: ANNA }]);
  ways.note(dialled, undefined);
  await explained();
  expect(said.at(-1)).toContain('and nobody relays: allow TCP 17119 and 17120');
  expect(ways.views()).toEqual([{ peer, way: 'closed', relay: null }]);
  ways.note(dialled, direct);
  expect(ways.troubles()).toEqual([]);
  isHere = false;
  ways.note(dialled, undefined);
  await explained();
  expect([said.length, ways.troubles(), ways.views()]).toEqual([3, [], []]);
});

test('a port that is closed is told from one behind a firewall that drops', async () => {
  const { ways, said } = newWays('refused');
  ways.note(dialled, undefined);
  ways.note(dialled, undefined);
  await explained();
  expect(said).toEqual([
    expect.stringMatching(/10\.0\.0\.2:17119 .* the port is closed\. Check that/),
  ]);
  expect(ways.troubles()).toEqual([expect.stringContaining('that iwanto runs there')]);
});

test('a way that was found while the port was tried is not called closed', async () => {
  const { ways, said } = newWays('refused');
  ways.note(dialled, undefined);
  ways.note(dialled, direct);
  await explained();
  expect([said, ways.troubles()]).toEqual([[], []]);
});
