/** Hosts that can be woken: how they are learnt, kept, and sent the packet. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KnownPeer } from '@iwanto/bus';
import { type PeerId, sharesPrefix } from '@iwanto/wire';
import { broadcastOf, magicPacket, waysTo } from './magic-packet.js';
import { type Neighbour, fromArpCommand, fromIp, fromProc } from './neighbour-table.js';
import { Sleepers, type SleepersOptions } from './sleepers.js';

const MAC = '02:00:00:00:00:0a';
const idOf = (at: number) => at.toString(16).padStart(20, '0') as PeerId;
const eth0 = {
  ...{ interface: 'eth0', address: '10.77.0.1', prefixBits: 24, loopback: false, multicast: true },
  ownMulticastMsAgo: null,
};

describe("the kernel's tables", () => {
  test('of Linux, IPv4: what was never answered for is left out', () => {
    const table = [
      'IP address       HW type     Flags       HW address            Mask     Device',
      `10.77.0.2        0x1         0x2         ${MAC}     *        eth0`,
      '10.77.0.3        0x1         0x0         00:00:00:00:00:00     *        eth0',
      '10.77.0.4        0x1         0x2         ff:ff:ff:ff:ff:ff     *        eth0',
      '',
    ].join('\n');
    expect(fromProc(table)).toEqual([{ address: '10.77.0.2', mac: MAC, interface: 'eth0' }]);
  });

  test('of Linux, IPv6: a link-local address gets its zone', () => {
    const text = [
      `fe80::2 dev eth0 lladdr ${MAC} STALE`,
      `fd00::2 dev eth1 lladdr ${MAC} router REACHABLE`,
      'fd00::3 dev eth1 FAILED',
      'fd00::4 dev eth1 INCOMPLETE',
    ].join('\n');
    expect(fromIp(text)).toEqual([
      { address: 'fe80::2%eth0', mac: MAC, interface: 'eth0' },
      { address: 'fd00::2', mac: MAC, interface: 'eth1' },
    ]);
  });

  test('of macOS', () => {
    const text = [
      '? (10.77.0.2) at 2:0:0:0:0:a on en0 ifscope [ethernet]',
      '? (10.77.0.3) at (incomplete) on en0 ifscope [ethernet]',
    ].join('\n');
    expect(fromArpCommand(text)).toEqual([{ address: '10.77.0.2', mac: MAC, interface: 'en0' }]);
  });

  test('no text throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        for (const read of [fromProc, fromIp, fromArpCommand]) expect(read(text)).toBeDefined();
      }),
    );
  });
});

describe('the packet', () => {
  test('is six bytes of ones and the address sixteen times', () => {
    const hex = Buffer.from(magicPacket(MAC)).toString('hex');
    expect(hex).toBe('ff'.repeat(6) + '02000000000a'.repeat(16));
  });

  test.each([
    ['10.77.0.1', 24, '10.77.0.255'],
    ['10.77.3.1', 22, '10.77.3.255'],
    ['172.16.5.9', 12, '172.31.255.255'],
    ['10.8.0.2', 32, undefined],
    ['fe80::1%eth0', 64, 'ff02::1%eth0'],
    ['fd00::1', 64, undefined],
  ])('from %s/%i to %s', (address, prefixBits, to) => {
    expect(broadcastOf({ ...eth0, address, prefixBits })).toBe(to);
  });

  test('leaves by the interface over which the host was reached, else by that of its subnet', () => {
    const host = { peer: idOf(1), name: '', mac: MAC, interface: 'eth1', seenMs: 0 };
    const eth1 = { ...eth0, interface: 'eth1', address: '10.78.0.1' };
    const lo = { ...eth0, interface: 'lo', address: '127.0.0.1', prefixBits: 8, loopback: true };
    const ways = (address: string, used: (typeof eth0)[]) =>
      waysTo({ ...host, address }, used).map(({ interface: name }) => name);
    expect(ways('10.78.0.9', [lo, eth0, eth1])).toEqual(['eth1']);
    // The card's name has changed.
    expect(ways('10.77.0.9', [lo, eth0])).toEqual(['eth0']);
    expect(ways('10.99.0.9', [lo, eth0])).toEqual([]);
  });
});

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'iwanto-wake-'));
});
const open: Sleepers[] = [];
afterEach(async () => {
  for (const sleepers of open.splice(0)) await sleepers.close();
  await rm(home, { recursive: true });
});

const memberAt = (at: number, address: string, member = true) =>
  ({ peer: idOf(at), name: `h${at}`, address, member, seen: 'roster' }) as KnownPeer;

function made(changes: Partial<SleepersOptions>) {
  const sleepers = new Sleepers({
    path: join(home, 'hosts-to-wake.json'),
    addresses: () => [eth0],
    peers: () => [],
    isNear: (address) => sharesPrefix(address, '10.77.0.0', 24),
    onTrouble: (sentence) => {
      throw new Error(sentence);
    },
    table: async () => [],
    nudge: () => undefined,
    dateMs: () => 1_000,
    ...changes,
  });
  open.push(sleepers);
  return sleepers;
}

const entry = (address: string, mac = MAC): Neighbour => ({ address, mac, interface: 'eth0' });

test('members of the own subnets are learnt, and known after a restart', async () => {
  const peers = [
    memberAt(1, '10.77.0.2'),
    memberAt(2, '10.99.0.2'),
    memberAt(3, '10.77.0.4', false),
    { ...memberAt(4, '10.77.0.5'), seen: 'self' } as KnownPeer,
  ];
  const table = async () =>
    ['10.77.0.2', '10.99.0.2', '10.77.0.4', '10.77.0.5'].map((address) => entry(address));
  const first = made({ peers: () => peers, table });
  await first.look();
  const known = [{ peer: idOf(1), name: 'h1', ...entry('10.77.0.2'), seenMs: 1_000 }];
  expect(first.list()).toEqual(known);
  await first.close();
  expect((await made({}).learntNow()).hosts).toEqual(known);
});

test('the kernel is made to ask for those it does not know, a few in each look, none in a crowd', async () => {
  const nudged: string[] = [];
  const nudge = (address: string) => nudged.push(address);
  const crowd = (count: number) =>
    Array.from({ length: count }, (_, at) => memberAt(at + 1, `10.77.0.${at + 2}`));
  await made({ peers: () => crowd(10), nudge }).look();
  expect(nudged).toHaveLength(4);
  await made({ peers: () => crowd(65), nudge }).look();
  expect(nudged).toHaveLength(4);
});

test('HOSTILE 149: a thousand peers and a damaged file leave at most 256 hosts', async () => {
  const peers = Array.from({ length: 1_000 }, (_, at) =>
    memberAt(at + 1, `10.77.${at >> 8}.${at & 255}`),
  );
  const sleepers = made({
    peers: () => peers,
    isNear: () => true,
    table: async () => peers.map(({ address }) => entry(address)),
  });
  await sleepers.look();
  expect(sleepers.list()).toHaveLength(256);
  await sleepers.close();
  const path = join(home, 'hosts-to-wake.json');
  expect((await readFile(path, 'utf8')).length).toBeLessThan(131_072);
  for (const text of ['{', '[{"peer":1}]', '[]'.repeat(100_000)]) {
    await writeFile(path, text);
    expect((await made({}).learntNow()).hosts).toEqual([]);
  }
});

test('what was never learnt, or whose interface is gone, is refused with a reason', async () => {
  const sleepers = made({
    peers: () => [memberAt(1, '10.77.0.2')],
    table: async () => [entry('10.77.0.2')],
    addresses: () => [],
  });
  await expect(sleepers.wake(idOf(1))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  await sleepers.look();
  await expect(sleepers.wake(idOf(1))).rejects.toMatchObject({
    code: 'E_NO_SOURCE',
    sentence: expect.stringContaining('was reached over eth0'),
  });
});
