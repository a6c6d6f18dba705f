/** A checkup dials the asker and nobody else, and seldom. */
import { describe, expect, test } from '@jest/globals';
import type { Bus, KnownPeer } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import { CheckupDesk } from './checkup-desk.js';

const peer = 'ab'.repeat(10) as PeerId;
const filling = new Uint8Array(0);
const asker = { peer, address: '10.0.0.2', indexerPort: 17_118, transferPort: 17_119 };
const network = { addresses: [], heard: [] };

function newDesk(isTransferHere = true) {
  const dialled: string[] = [];
  const call = (verb: string) => {
    if (verb === 'network.get') return Promise.resolve(network);
    return isTransferHere
      ? Promise.resolve({ dataPort: 17_120 })
      : Promise.reject(new Error('away'));
  };
  let nowMs = 0;
  const desk = new CheckupDesk({
    ...{ version: '1', nowMs: () => nowMs, wallClockMs: () => 0 },
    dial: (address, port) => {
      dialled.push(`${address}:${port}`);
      return Promise.resolve(port === 17_120 ? 'refused' : 'open');
    },
    bus: { call: call as Bus['call'] },
    known: (id) => (id === peer ? (asker as KnownPeer) : undefined),
  });
  return { desk, dialled, later: (ms: number) => (nowMs += ms) };
}

describe('a checkup', () => {
  test('says how each port of the asker is reached, and where this host sends pieces from', async () => {
    const answer = await newDesk().desk.answer({ peer, dataPort: 17_120, filling });
    expect(answer).toMatchObject({ indexerPort: 'open', dataPort: 'refused', ownDataPort: 17_120 });
  });

  test('of an earlier version, or without a transfer service here, leaves the data port out', async () => {
    const { desk, dialled } = newDesk(false);
    const answer = await desk.answer({ peer, filling });
    expect([answer.dataPort, answer.ownDataPort]).toEqual([undefined, undefined]);
    expect(dialled).toEqual(['10.0.0.2:17118', '10.0.0.2:17119']);
  });

  test('HOSTILE 235: names a thousand data ports, and one of them is dialled every 2 s', async () => {
    const { desk, dialled, later } = newDesk();
    for (let at = 0; at < 1_000; at += 1)
      await desk.answer({ peer, dataPort: 1_000 + at, filling });
    expect(dialled).toEqual(['10.0.0.2:17118', '10.0.0.2:17119', '10.0.0.2:1000']);
    later(2_000);
    await desk.answer({ peer, dataPort: 22, filling });
    expect(dialled).toHaveLength(6);
    await desk.answer({ peer: 'cd'.repeat(10) as PeerId, dataPort: 22, filling });
    expect(dialled).toHaveLength(6);
  });
});
