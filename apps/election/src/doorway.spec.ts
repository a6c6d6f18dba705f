/** Where to knock: outside this host's subnets, and at hosts that the user added, which may only seem to be near. */
import { expect, test } from '@jest/globals';
import { Doorway } from './doorway.js';

const to = { address: '10.0.0.254', port: 17_117 };
const datagram = Uint8Array.of(0x69, 0x57, 1, 2, 3);
const near = { isNear: true, multicast: false };

function made() {
  const knocks: string[] = [];
  const doorway = new Doorway(({ address }) => knocks.push(address));
  return { doorway, knocks };
}

test('a host in an own subnet is heard and not knocked at', () => {
  const { doorway, knocks } = made();
  doorway.sent(datagram, to, true);
  expect([knocks, doorway.admits(datagram, to, near)]).toEqual([[], true]);
});

test('one outside is knocked at and heard from then on; before it is remembered with the way it came', () => {
  const { doorway, knocks } = made();
  const outside = { isNear: false, multicast: true };
  expect(doorway.admits(datagram, to, outside)).toBe(false);
  expect(doorway.outside(performance.now())).toMatchObject([
    { address: to.address, multicast: true },
  ]);
  doorway.sent(datagram, to, false);
  expect(knocks).toEqual([to.address]);
  expect(doorway.admits(datagram, to, outside)).toBe(true);
  expect(doorway.outside(performance.now())).toEqual([]);
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
