/** A peer that cannot be dialled is named once, with the port to allow, for as long as it is so; one that is slow never. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId, Reach, Way } from '@iwanto/wire';
import { Ways } from './ways.js';

const peer = 'ab'.repeat(10) as PeerId;
const ANNA = 'aa'.repeat(10) as PeerId;
const dialled = { peer, address: '10.0.0.2', port: 17_119 };
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const relayed: Way = { kind: 'relayed', relay: ANNA };

/** One line of the log is written after the port was tried twice. */
const explained = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

function newWays(reaches: readonly Reach[], isHere = () => true) {
  const said: string[] = [];
  const waits: number[] = [];
  let dials = 0;
  const ways = new Ways({
    isHere,
    nameOf: () => 'anna',
    dial: () => Promise.resolve(reaches[dials++] ?? reaches.at(-1) ?? 'open'),
    pause: (ms) => Promise.resolve(waits.push(ms)),
    portsOf: (port) => `${port} and ${port + 1}`,
    onTrouble: (sentence) => said.push(sentence),
  });
  return { ways, said, waits, dials: () => dials };
}

test('a detour, a relay, a closed way, and the way that is open again', async () => {
  let isHere = true;
  const { ways, said } = newWays(['silent'], () => isHere);
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
  expect(ways.views()).toEqual([]);
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
  const { ways, said } = newWays(['refused']);
  ways.note(dialled, undefined);
  ways.note(dialled, undefined);
  await explained();
  expect(said).toEqual([
    expect.stringMatching(/10\.0\.0\.2:17119 .* the port is closed\. Check that/),
  ]);
  expect(ways.troubles()).toEqual([expect.stringContaining('that iwanto runs there')]);
});

test('a way that was found while the port was tried is not called closed', async () => {
  const { ways, said } = newWays(['refused']);
  ways.note(dialled, undefined);
  ways.note(dialled, direct);
  await explained();
  expect([said, ways.troubles()]).toEqual([[], []]);
});

describe('a host that was only slow is never said to be out of reach', () => {
  const slow: [string, readonly Reach[]][] = [
    ['its port is open when it is tried', ['open']],
    ['its port is open when it is tried for the second time', ['silent', 'open']],
    ['its service was just restarting', ['refused', 'open']],
    ['its service has published no port yet', ['untried']],
  ];
  test.each(slow)('%s', async (_, reaches) => {
    for (const way of [undefined, reversed, relayed]) {
      const { ways, said, dials } = newWays(reaches);
      ways.note(dialled, way);
      expect(ways.troubles()).toEqual([]);
      await explained();
      expect([said, ways.troubles()]).toEqual([[], []]);
      expect(dials()).toBe(reaches.length);
    }
  });

  test('one failed connection and one failed try are not enough', async () => {
    const { ways, said, waits } = newWays(['silent']);
    ways.note(dialled, relayed);
    for (let turn = 0; waits.length === 0; turn += 1) await Promise.resolve(turn);
    expect([said, ways.troubles()]).toEqual([[], []]);
    await explained();
    expect([waits.length, said.length]).toEqual([1, 1]);
  });

  test('it is tried again when the next connection takes a detour, and not twice at the same time', async () => {
    const { ways, said, dials } = newWays(['open', 'silent']);
    ways.note(dialled, reversed);
    ways.note(dialled, reversed);
    await explained();
    expect([dials(), said.length]).toEqual([1, 0]);
    ways.note(dialled, reversed);
    await explained();
    expect([dials(), said.length]).toEqual([3, 1]);
  });

  test('a host that moved meanwhile is not judged by its old address', async () => {
    const { ways, said } = newWays(['silent']);
    ways.note(dialled, reversed);
    ways.note({ ...dialled, address: '10.0.0.3' }, reversed);
    await explained();
    expect([said, ways.troubles()]).toEqual([[], []]);
  });
});
