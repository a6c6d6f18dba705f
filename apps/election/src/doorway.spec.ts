/** Where to knock: outside this host's subnets, and at hosts that may only seem to be near: added ones, and silent ones. */
import { expect, test } from '@jest/globals';
import { Doorway } from './doorway.js';

const to = { address: '10.0.0.254', port: 17_117 };
const datagram = Uint8Array.of(0x69, 0x57, 1, 2, 3);
const near = { isNear: true, multicast: false };

function made() {
  const knocks: string[] = [];
  let nowMs = 0;
  const doorway = new Doorway(
    ({ address }) => knocks.push(address),
    () => nowMs,
  );
  return { doorway, knocks, later: (ms: number) => (nowMs += ms) };
}

test('a host in an own subnet is heard and not knocked at', () => {
  const { doorway, knocks } = made();
  doorway.sent(datagram, to, true);
  expect([knocks, doorway.admits(datagram, to, near)]).toEqual([[], true]);
});

test('one in an own subnet that answers nothing for 2 s is knocked at: its netmask may be longer', () => {
  const { doorway, knocks, later } = made();
  doorway.sent(datagram, to, true);
  later(1_999);
  // Multicast shows that it is there, not that it hears this host.
  expect(doorway.admits(datagram, to, { ...near, multicast: true })).toBe(true);
  doorway.sent(datagram, to, true);
  expect(knocks).toEqual([]);
  later(1);
  doorway.sent(datagram, to, true);
  expect([knocks, doorway.opened(to)]).toEqual([[to.address], datagram]);
  expect(doorway.admits(datagram, to, near)).toBe(true);
  doorway.sent(datagram, to, true);
  later(1_999);
  doorway.sent(datagram, to, true);
  expect(knocks).toHaveLength(1);
});

test('one outside is knocked at and heard from then on; before it is remembered with the way it came', () => {
  const { doorway, knocks } = made();
  const outside = { isNear: false, multicast: true };
  expect(doorway.admits(datagram, to, outside)).toBe(false);
  expect(doorway.outside(0)).toMatchObject([{ address: to.address, multicast: true }]);
  doorway.sent(datagram, to, false);
  expect(knocks).toEqual([to.address]);
  expect(doorway.admits(datagram, to, outside)).toBe(true);
  expect(doorway.outside(0)).toHaveLength(1);
  expect(doorway.admits(datagram, to, { ...outside, multicast: false })).toBe(true);
  expect(doorway.admits(datagram, to, outside)).toBe(true);
  expect(doorway.outside(0)).toEqual([]);
});

test('one that a member named is no longer reported as a stranger', () => {
  const { doorway } = made();
  doorway.admits(datagram, to, { isNear: false, multicast: false });
  expect(doorway.outside(0)).toHaveLength(1);
  doorway.acquaint(to.address);
  expect(doorway.outside(0)).toEqual([]);
});

test('hosts outside are knocked at again when this host has moved', () => {
  const { doorway, knocks } = made();
  doorway.sent(datagram, to, false);
  doorway.admits(datagram, to, { isNear: false, multicast: false });
  doorway.sent(datagram, to, false);
  expect(knocks).toHaveLength(1);
  doorway.moved();
  doorway.sent(datagram, to, false);
  expect(knocks).toHaveLength(2);
});

test('one that was added is knocked at although it seems near, until it was heard', () => {
  const { doorway, knocks } = made();
  doorway.added([to.address]);
  doorway.sent(datagram, to, true);
  expect(knocks).toEqual([to.address]);
  expect(doorway.opened(to)).toEqual(datagram);
  expect(doorway.admits(datagram, to, near)).toBe(true);
  doorway.sent(datagram, to, true);
  expect(knocks).toHaveLength(1);
  doorway.added([]);
  expect(doorway.admits(datagram, { ...to, address: '10.0.0.7' }, near)).toBe(true);
});

test('one on the same link to which no route leads is reported, though it was heard', () => {
  const { doorway } = made();
  doorway.acquaint(to.address);
  doorway.noWay(to.address);
  expect(doorway.outside(0)).toEqual([]);
  expect(doorway.admits(datagram, to, { isNear: false, multicast: true })).toBe(true);
  expect(doorway.outside(0)).toEqual([]);
  doorway.noWay(to.address);
  expect(doorway.admits(datagram, to, { isNear: false, multicast: false })).toBe(true);
  expect(doorway.outside(0)).toMatchObject([{ address: to.address, multicast: true }]);
});

test('it is still reported when this host gets another address, until something can be sent there', () => {
  const { doorway } = made();
  const unicast = { isNear: false, multicast: false };
  doorway.acquaint(to.address);
  doorway.admits(datagram, to, { ...unicast, multicast: true });
  doorway.noWay(to.address);
  doorway.moved();
  expect(doorway.admits(datagram, to, unicast)).toBe(true);
  expect(doorway.outside(0)).toHaveLength(1);
  doorway.went(to.address);
  expect(doorway.admits(datagram, to, unicast)).toBe(true);
  expect(doorway.outside(0)).toEqual([]);
});
