/** What is wrong between a host and its network is named with its remedy, lasts before it is said, and is said once. */
import { afterEach, expect, test } from '@jest/globals';
import type { AddedHost, KnownPeer, Leadership, NetworkFault, NetworkView } from '@iwanto/bus';
import type { BootId, PeerId, PublicKey } from '@iwanto/wire';
import { FaultLog } from './fault-log.js';
import { type FaultFacts, faultsOf } from './faults.js';

const SELF = '11'.repeat(10) as PeerId;
const LEADER = '22'.repeat(10) as PeerId;

const peerAt = (peer: PeerId, address: string): KnownPeer => ({
  ...{ peer, address, electionPort: 17_117, indexerPort: 17_118, transferPort: 17_119 },
  ...{ curveKey: 'ab'.repeat(32) as PublicKey, name: 'anna', seen: 'multicast', member: true },
  ...{ sinceSeconds: 90, roundTripMs: 1, catalogue: null },
});
const eth0 = {
  ...{ interface: 'eth0', address: '10.0.0.5', prefixBits: 24, loopback: false, multicast: true },
  ownMulticastMsAgo: 500,
};
const heard = (multicastMsAgo: number | null, unicastMsAgo: number | null) => [
  { peer: LEADER, address: '10.0.0.2', multicastMsAgo, unicastMsAgo },
];
const leads = (leader: KnownPeer): Leadership => ({
  ...{ revision: 1, peer: SELF, boot: '00'.repeat(8) as BootId, role: 'follower', epoch: 1 },
  ...{ leader, standbys: [] },
});
const network: FaultFacts['network'] = {
  ...{ discoveryPort: 17_116, addresses: [eth0], heard: heard(500, 500), outside: [] },
  otherVersions: [],
};
const healthy: FaultFacts = {
  network,
  leadership: leads(peerAt(LEADER, '10.0.0.2')),
  ...{ peers: [peerAt(LEADER, '10.0.0.2')], added: [] },
};
const texts = (changes: Partial<FaultFacts>, view: Partial<NetworkView> = {}) =>
  faultsOf({ ...healthy, ...changes, network: { ...network, ...view } }).map(
    ({ check, text, remedy }) => `${check}: ${text} -> ${remedy}`,
  );

test('nothing is wrong', () => {
  expect(texts({})).toEqual([]);
  // A leader behind a router is not heard by multicast, which is no fault.
  const far = leads(peerAt(LEADER, '10.9.0.2'));
  expect(texts({ leadership: far }, { heard: heard(null, 500) })).toEqual([]);
  // What uses loopback only has no network.
  const lo = { ...eth0, loopback: true, ownMulticastMsAgo: null };
  expect(
    texts({ leadership: leads(peerAt(SELF, '127.0.0.1')) }, { addresses: [lo], heard: [] }),
  ).toEqual([]);
});

test('multicast that is lost between two switches', () => {
  const [line = ''] = texts({}, { heard: heard(30_000, 200) });
  expect(line).toContain('multicast: multicast of the leader at 10.0.0.2 does not arrive here');
  expect(line).toContain('in the switches between them (IGMP snooping)');
  // Hearing nothing at all from the leader is another matter: the election itself ends that.
  expect(texts({}, { heard: heard(30_000, 30_000) })).toEqual([]);
});

test("a leader's own multicast that a firewall drops", () => {
  const deaf = { ...eth0, ownMulticastMsAgo: 60_000 };
  const leadership = leads(peerAt(SELF, '10.0.0.5'));
  const tunnel = { ...deaf, interface: 'wg0', address: '10.8.0.2', prefixBits: 32 };
  expect(texts({ leadership }, { addresses: [deaf, tunnel] })).toEqual([
    expect.stringContaining('sent over eth0 does not come back'),
  ]);
});

test('a foreign netmask is told from a router by how the datagram came', () => {
  const outside = [
    { address: '10.1.0.9', msAgo: 10, multicast: true },
    { address: '10.2.0.9', msAgo: 10, multicast: false },
    { address: '10.3.0.9', msAgo: 10_000_000, multicast: false },
  ];
  const lines = texts({}, { outside });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('it is on the same link, so the netmasks of the two hosts differ');
  expect(lines[1]).toContain('or a router is in between');
  expect(lines[1]).toContain('"iwanto peers add 10.2.0.9"');
});

test('a second address of a host that is reached at its first is no fault; one reached over IPv6 only is', () => {
  const outside = [{ address: '10.1.0.9', msAgo: 10, multicast: true, peer: LEADER }];
  expect(texts({}, { outside })).toEqual([]);
  const overSix = peerAt(LEADER, 'fe80::1%eth0');
  const fe80 = { ...eth0, address: 'fe80::5%eth0', prefixBits: 64 };
  expect(texts({ peers: [overSix] }, { outside, addresses: [eth0, fe80] })).toEqual([
    expect.stringContaining('netmask: 10.1.0.9 sends to this host'),
  ]);
});

test('a host that is heard by multicast and answers nothing', () => {
  const mute: KnownPeer = { ...peerAt('33'.repeat(10) as PeerId, '10.0.0.9'), member: false };
  const heardOf = [
    { peer: mute.peer, address: mute.address, multicastMsAgo: 300, unicastMsAgo: null },
  ];
  expect(texts({ peers: [mute] }, { heard: [...network.heard, ...heardOf] })).toEqual([
    expect.stringContaining('packets pass in one direction only'),
  ]);
  const fresh = { ...mute, sinceSeconds: 30 };
  expect(texts({ peers: [fresh] }, { heard: [...network.heard, ...heardOf] })).toEqual([]);
});

test('an added host that says nothing, or whose name leads nowhere; another version', () => {
  const silent: AddedHost = {
    ...{ host: '10.9.0.1', port: 17_117, addresses: ['10.9.0.1'] },
    ...{ heardMsAgo: null, addedMsAgo: 60_000 },
  };
  const added = [
    silent,
    { ...silent, host: 'nowhere', addresses: [] },
    { ...silent, addedMsAgo: 1_000 },
    { ...silent, heardMsAgo: 5 },
  ];
  expect(texts({ added }, { otherVersions: [{ address: '10.0.0.7', msAgo: 5 }] })).toEqual([
    expect.stringContaining('version: 10.0.0.7 speaks another version'),
    expect.stringContaining('10.9.0.1:17117 has never answered'),
    expect.stringContaining('nowhere leads nowhere'),
  ]);
});

const closing: FaultLog[] = [];
afterEach(() => closing.splice(0).forEach((log) => log.close()));

test('a fault is shown and logged once it lasted for two looks, and again when it comes back', () => {
  const fault: NetworkFault = {
    ...{ check: 'netmask', level: 'warning', text: 'they differ', remedy: 'Make them equal.' },
  };
  let now: NetworkFault[] = [fault];
  const lines: string[] = [];
  const log = new FaultLog(
    () => now,
    (line) => lines.push(line),
  );
  closing.push(log);
  const shown: number[] = [];
  for (const faults of [[fault], [fault], [fault], [], [fault], [fault]]) {
    now = faults;
    log.look();
    shown.push(log.lasting.length);
  }
  expect(shown).toEqual([0, 1, 1, 0, 0, 1]);
  expect(lines).toEqual(['they differ. Make them equal.', 'they differ. Make them equal.']);
});
