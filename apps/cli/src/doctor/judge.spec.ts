import { describe, expect, test } from '@jest/globals';
import type { KnownPeer } from '@iwanto/bus';
import { defaultDevices } from './devices.js';
import { dropsIn } from './firewall.js';
import type { FolderFacts, HostFacts } from './host-facts.js';
import { judgeHost } from './judge-host.js';
import { judgePeers } from './judge-peer.js';
import { rowsOf } from './listeners.js';
import type { AskedPeer, NetworkFacts } from './network-facts.js';

const GIB = 1_073_741_824;
const disk = { freeBytes: 40 * GIB, totalBytes: 100 * GIB, freeInodes: 1_000_000 };
const folder = (changes: Partial<FolderFacts> = {}): FolderFacts => ({
  path: '/home/ada/downloads',
  use: 'downloads',
  fault: null,
  disk,
  ...changes,
});

const healthy: HostFacts = {
  config: null,
  configFault: null,
  inForce: null,
  groupFault: null,
  configWarnings: [],
  folders: [folder()],
  watch: { fault: null, watchesMax: 65_536, instancesMax: 128 },
  filesFromTheFutureMs: -5_000,
  interfaces: {
    eth0: [{ address: '10.0.0.5', family: 'IPv4', internal: false, cidr: '10.0.0.5/24' }],
  },
  devices: [
    {
      name: 'eth0',
      mtu: 1_500,
      isTunnel: false,
      isLoopback: false,
      isVirtual: false,
      hasDefaultRoute: true,
    },
  ],
  listeners: [],
};

const alarms = (facts: HostFacts) =>
  judgeHost(facts)
    .filter(({ level }) => level !== 'ok')
    .map(({ check, level }) => `${check} ${level}`);

describe('this host', () => {
  test('nothing is wrong', () => {
    expect(alarms(healthy)).toEqual([]);
  });

  test.each<[string, Partial<HostFacts>]>([
    ['config broken', { configFault: 'The configuration is not JSON.' }],
    ['config warning', { config: null, configWarnings: ['unknown key'], configFault: null }],
    ['folders broken', { folders: [folder({ fault: 'EACCES' })] }],
    ['folders broken', { folders: [folder({ use: 'share', fault: 'ENOENT' })] }],
    ['folders broken', { folders: [folder({ fault: 'ENOENT', used: true })] }],
    ['disk broken', { folders: [folder({ disk: { ...disk, freeBytes: 4_096 } })] }],
    ['disk broken', { folders: [folder({ disk: { ...disk, freeInodes: 0 } })] }],
    ['disk warning', { folders: [folder({ disk: { ...disk, freeBytes: GIB / 2 } })] }],
    ['watching broken', { watch: { ...healthy.watch, fault: 'ENOSPC' } }],
    ['watching broken', { watch: { ...healthy.watch, fault: 'EMFILE' } }],
    ['watching warning', { watch: { ...healthy.watch, watchesMax: 500 } }],
    ['watching warning', { watch: { ...healthy.watch, instancesMax: 4 } }],
    ['clock warning', { filesFromTheFutureMs: 86_400_000 }],
  ])('%s', (expected, changes) => {
    const facts = { ...healthy, ...changes };
    // A warning about the configuration is only given for one that could be read.
    const config = expected === 'config warning' ? ({ interfaces: [] } as never) : facts.config;
    expect(alarms({ ...facts, config })).toEqual([expected]);
  });

  test.each([false, undefined])(
    'a download folder that was never used may be missing: the first download creates it (used: %s)',
    (used) => {
      const missing = { ...folder({ fault: 'ENOENT' }), ...(used === undefined ? {} : { used }) };
      expect(alarms({ ...healthy, folders: [missing] })).toEqual([]);
    },
  );

  test('a full disk of a shared folder is no trouble: nothing is written there', () => {
    const share = folder({ use: 'share', disk: { ...disk, freeBytes: 0 } });
    expect(alarms({ ...healthy, folders: [folder(), share] })).toEqual([]);
  });

  test('all inotify instances taken: the advice names the limit that was reached', () => {
    const facts = { ...healthy, watch: { ...healthy.watch, fault: 'EMFILE' } };
    const found = judgeHost(facts).find(({ check }) => check === 'watching');
    expect(found?.remedy).toContain('max_user_instances');
  });
});

const asked = (clockAheadMs: number, address: string): AskedPeer => ({
  address,
  answer: {
    indexerPort: 'open',
    transferPort: 'open',
    dataPort: 'untried',
    checkup: null,
    largeAnswers: null,
    clockAheadMs,
  },
});
const facts = (...peers: AskedPeer[]): NetworkFacts => ({
  services: { election: undefined, indexer: undefined, transfer: undefined },
  leadership: undefined,
  network: undefined,
  shared: undefined,
  downloadFolder: undefined,
  others: [],
  asked: peers,
  unknownHost: undefined,
});

describe('other hosts', () => {
  const clocks = (...peers: AskedPeer[]) =>
    judgePeers(facts(...peers))
      .filter(({ check }) => check === 'clock')
      .map(({ text }) => text);

  test('clocks: of two hosts either may be wrong, among three the odd one is', () => {
    expect(clocks(asked(1_000, '10.0.0.2'))).toEqual([]);
    expect(clocks(asked(7_200_000, '10.0.0.2'))[0]).toContain('this host and of 10.0.0.2');
    const all = clocks(asked(7_200_000, '10.0.0.2'), asked(7_201_000, '10.0.0.3'));
    expect(all).toEqual([
      expect.stringContaining('the clock of this host differs from those of all 2'),
    ]);
    const one = clocks(asked(7_200_000, '10.0.0.2'), asked(10, '10.0.0.3'));
    expect(one).toEqual([expect.stringContaining('of 10.0.0.2 differ')]);
  });
});

test('an open port alone does not prove that iwanto runs there', () => {
  const [found] = judgePeers(facts(asked(0, '10.0.0.9')));
  expect(found?.text).toContain('or another program has that port');
  expect(found?.text).not.toContain('runs iwanto');
});

test('only the data port of another host is closed, or that of this host as seen from there', () => {
  const checkup: AskedPeer['answer']['checkup'] = {
    ...{ version: '1', wallClockMs: 0, multicastMsAgo: 0, unicastMsAgo: 0, link: null },
    indexerPort: 'open',
    transferPort: 'open',
    ...{ dataPort: 'refused', ownDataPort: 17_120 },
  };
  const one = asked(0, '10.0.0.2');
  const answer = { ...one.answer, dataPort: 'silent', checkup } as const;
  const there = judgePeers(facts({ ...one, answer })).filter(({ check }) => check === 'tcp');
  expect(there.map(({ text }) => text)).toEqual([
    '10.0.0.2 at TCP port 17120 (transfer, data line) does not answer: a firewall drops it',
    expect.stringContaining(
      'cannot dial the TCP port of the data line of the transfer service here (refused)',
    ),
  ]);
});

test('a host that answers nobody outside its group is not broken, as long as its group is heard', () => {
  const [ADDRESS, LONG_AGO_MS] = ['10.0.0.2', 3_600_000];
  const known = { peer: 'aa', name: 'anne', address: ADDRESS } as unknown as KnownPeer;
  const broken = (msAgo: number) => {
    const strangers = [{ address: ADDRESS, kind: 'group' as const, msAgo }];
    const network = { strangers, heard: [], addresses: [] } as unknown as NetworkFacts['network'];
    return judgePeers({ ...facts({ ...asked(0, ADDRESS), known }), network })
      .filter(({ level }) => level === 'broken')
      .map(({ text }) => text);
  };
  expect(broken(100)).toEqual([]);
  expect(broken(LONG_AGO_MS)).toEqual([expect.stringContaining('does not answer over them')]);
});

describe('what the system shows', () => {
  const HEAD = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT';

  test('the default route: the cheapest one, or both halves of a VPN', () => {
    const line = (name: string, to: string, metric: number, mask: string) =>
      `${name} ${to} 0100000A 0003 0 0 ${metric} ${mask} 0 0 0`;
    const both = [
      line('eth0', '00000000', 100, '00000000'),
      line('wlan0', '00000000', 600, '00000000'),
    ];
    expect([...defaultDevices([HEAD, ...both].join('\n'))]).toEqual(['eth0']);
    const halves = [
      line('tun0', '00000000', 0, '00000080'),
      line('tun0', '00000080', 0, '00000080'),
    ];
    expect([...defaultDevices([HEAD, ...both, ...halves].join('\n'))]).toEqual(['tun0']);
    expect(defaultDevices('').size).toBe(0);
  });

  test('listening sockets', () => {
    const table = [
      'sl local_address rem_address st tx_queue tr tm retrnsmt uid timeout inode',
      '0: 00000000:42DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1',
      '1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000 0 0 4712 1',
    ].join('\n');
    expect(rowsOf('tcp', table)).toEqual([{ protocol: 'tcp', port: 17_118, inode: '4711' }]);
  });

  test.each([
    [true, 'tcp dport 17119 drop'],
    [true, 'tcp dport { 80, 17000-18000 } reject'],
    [true, 'ip daddr 239.255.105.87 drop'],
    [true, 'meta pkttype multicast drop'],
    [true, '-A INPUT -p udp -m udp --dport 17116 -j DROP'],
    [false, 'tcp dport 22 drop'],
    [false, 'tcp dport 17119 accept'],
    [false, 'udp dport 17119 drop'],
    [false, 'type filter hook input priority filter; policy drop;'],
    [false, 'ip saddr 203.0.113.0/24 tcp flags syn drop'],
  ])('firewall: %s for %s', (expected, rule) => {
    const needed = {
      udpPorts: [17_116, 17_117],
      tcpPorts: [17_118, 17_119],
      groups: ['239.255.105.87'],
    };
    expect(dropsIn(rule, needed).length > 0).toBe(expected);
  });
});
