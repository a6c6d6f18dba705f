/** A peer that cannot be dialled is named once, with the port to allow, for as long as it is so; one that is slow never. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId, Reach, Way } from '@iwanto/wire';
import { type Dialled, Ways } from './ways.js';

const peer = 'ab'.repeat(10) as PeerId;
const ANNA = 'aa'.repeat(10) as PeerId;
const dialled: Dialled = { peer, address: '10.0.0.2', port: 17_119, line: 'transfer' };
const data: Dialled = { ...dialled, port: 17_120, line: 'data' };
const direct: Way = { kind: 'direct' };
const reversed: Way = { kind: 'reversed' };
const relayed: Way = { kind: 'relayed', relay: ANNA };

/** One line of the log is written after the port was tried twice. */
const explained = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** The pause before a port that is called closed is tried again; it ends when the test says so. */
const LONG_MS = 30_000;

function newWays(reaches: readonly Reach[], isHere = () => true) {
  const said: string[] = [];
  const waits: number[] = [];
  const ports: number[] = [];
  const waiting: (() => void)[] = [];
  let dials = 0;
  const ways = new Ways({
    isHere,
    nameOf: () => 'anna',
    dial: (_, port) => {
      ports.push(port);
      return Promise.resolve(reaches[dials++] ?? reaches.at(-1) ?? 'open');
    },
    pause: (ms) =>
      ms === LONG_MS
        ? new Promise<void>((resolve) => waiting.push(resolve))
        : Promise.resolve(waits.push(ms)),
    onTrouble: (sentence) => said.push(sentence),
  });
  const lookAgain = async () => {
    for (const resolve of waiting.splice(0)) resolve();
    await explained();
  };
  return { ways, said, waits, ports, dials: () => dials, lookAgain };
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

describe('the port of the data line is judged as the control port is', () => {
  test('where it alone is closed, it alone is named, and the bytes take the way that is shown', async () => {
    const { ways, said, ports } = newWays(['silent']);
    for (let download = 0; download < 3; download += 1) {
      ways.note(dialled, direct);
      ways.note(data, reversed);
      await explained();
    }
    expect(ports).toEqual([17_120, 17_120]);
    expect(said).toEqual([
      expect.stringMatching(
        /^10\.0\.0\.2:17120 .*opens the connections itself.* allow TCP 17120 in/,
      ),
    ]);
    expect(ways.troubles()).toHaveLength(1);
    expect(ways.views()).toEqual([{ peer, way: 'reversed', relay: null }]);
    ways.note(data, direct);
    expect(ways.troubles()).toEqual([]);
  });

  test('where nothing else leads there either, the peer is shown as out of reach', async () => {
    const { ways } = newWays(['refused']);
    ways.note(dialled, direct);
    ways.note(data, undefined);
    await explained();
    expect(ways.views()).toEqual([{ peer, way: 'closed', relay: null }]);
    expect(ways.troubles()).toEqual([expect.stringContaining('17120 (TCP) cannot be dialled')]);
  });

  test('where both are closed, one line names both', async () => {
    const { ways, said } = newWays(['silent']);
    const next = { ...data, port: 40_000 };
    for (let download = 0; download < 2; download += 1) {
      ways.note(dialled, reversed);
      ways.note(next, reversed);
      await explained();
    }
    expect(said).toEqual([expect.stringMatching(/17119 .*allow TCP 17119 and 40000 in/)]);
    expect(ways.troubles()).toHaveLength(1);
  });

  test('what was known of a peer that moved is forgotten', async () => {
    const { ways } = newWays(['silent']);
    ways.note(data, reversed);
    await explained();
    ways.note({ ...dialled, address: '10.0.0.3' }, direct);
    expect(ways.troubles()).toEqual([]);
  });
});

test('a port that was allowed meanwhile is no longer called closed', async () => {
  const { ways, lookAgain, dials } = newWays(['silent', 'silent', 'silent', 'open']);
  ways.note(dialled, reversed);
  await explained();
  await lookAgain();
  ways.note(dialled, reversed);
  expect(ways.troubles()).toHaveLength(1);
  await lookAgain();
  expect(ways.troubles()).toEqual([]);
  await lookAgain();
  expect(dials()).toBe(4);
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
