/** Outputs become datagrams, and no loopback address leaves the host. */
import { expect, test } from '@jest/globals';
import type { ElectionMessage, PeerId } from '@iwanto/wire';
import { openDatagram, readDatagram } from '@iwanto/wire';
import type { Reach } from './network.js';
import { performer } from './perform.js';
import { newBoot, newKeys } from './testing/peer.js';

const keys = newKeys();
const boot = newBoot();
const successor = (address: string, port: number) => ({
  peer: newKeys().peer,
  boot,
  rank: 2,
  address: { address, port },
});
const beat = {
  type: 'beat',
  sender: keys.peer,
  boot,
  epoch: 1,
  seq: 1,
  leader: { peer: keys.peer, boot, epoch: 1, reign: 1, rank: 1, address: null, lost: false },
  standbys: [successor('127.0.0.1', 5), successor('10.0.0.2', 6)],
  members: 2,
  rosterVersion: 1,
  heardMs: null,
  previous: null,
  card: null,
} as ElectionMessage;

function recorder(signer = keys, reaches: readonly Reach[] = ['lan', 'host']) {
  const sent: { to: string; standbys: number }[] = [];
  const logged: string[] = [];
  const record = (to: string, bytes: Uint8Array | undefined) => {
    const read = readDatagram(bytes ?? new Uint8Array(0));
    const opened = read.ok ? openDatagram(read.value, keys) : read;
    if (opened.ok && opened.value.type === 'beat') {
      sent.push({ to, standbys: opened.value.standbys.length });
    }
  };
  const nothing = () => undefined;
  const perform = performer({
    network: {
      port: 1,
      send: (bytes, to) => record(to.address, bytes),
      multicast: (bytesFor: (reach: Reach) => Uint8Array | undefined) => {
        for (const reach of reaches) record(reach, bytesFor(reach));
      },
      acquaint: nothing,
      opened: nothing,
      ownAddress: () => '127.0.0.1',
      added: nothing,
      isNear: () => true,
      view: () => ({ addresses: [], outside: [], strangers: [], troubles: [] }),
      close: async () => undefined,
    },
    keys: signer,
    leadershipChanged: nothing,
    peersChanged: nothing,
    remember: nothing,
    log: (_, sentence) => void logged.push(sentence),
    duplicateIdentity: nothing,
    left: nothing,
    dial: nothing,
    bridge: nothing,
  });
  return { sent, logged, perform };
}

test('loopback addresses are named on this host only', () => {
  const { sent, perform } = recorder();
  perform({ type: 'multicast', message: beat });
  perform({ type: 'send', to: { address: '10.0.0.2', port: 6 }, message: beat, sealFor: null });
  perform({ type: 'send', to: { address: '127.0.0.1', port: 5 }, message: beat, sealFor: null });
  expect(sent).toEqual([
    { to: 'lan', standbys: 1 },
    { to: 'host', standbys: 2 },
    { to: '10.0.0.2', standbys: 1 },
    { to: '127.0.0.1', standbys: 2 },
  ]);
});

test('a multicast is signed once for each reach, however many interfaces it goes to', () => {
  let signatures = 0;
  const counting = { ...keys, sign: (bytes: Uint8Array) => ((signatures += 1), keys.sign(bytes)) };
  const { perform } = recorder(counting, ['lan', 'lan', 'host']);
  perform({ type: 'multicast', message: beat });
  expect(signatures).toBe(2);
});

test('a message that cannot be written is told and not sent', () => {
  const { sent, logged, perform } = recorder();
  const wrong = { ...beat, sender: 'zz' as PeerId } as ElectionMessage;
  perform({ type: 'send', to: { address: '10.0.0.2', port: 6 }, message: wrong, sealFor: null });
  expect(sent).toEqual([]);
  expect(logged).toEqual([expect.stringContaining('cannot be written')]);
});
