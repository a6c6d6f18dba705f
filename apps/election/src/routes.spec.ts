/** The kernel names the source address; datagrams keep their order while it is asked. */
import { expect, test } from '@jest/globals';
import { Routes } from './routes.js';
import { type Place, nearPlace, placesOutward } from './places.js';

const sourceOf = (routes: Routes, to: string) =>
  new Promise<string | undefined>((told) => routes.withSource(to, told));

test('the kernel is asked, and once for many', async () => {
  const asked: string[] = [];
  const routes = new Routes(async (address) => {
    asked.push(address);
    return '10.8.0.2';
  });
  const order: number[] = [];
  const last = new Promise<void>((done) => {
    routes.withSource('10.8.0.1', () => order.push(1));
    routes.withSource('10.8.0.1', () => order.push(2));
    routes.withSource('10.8.0.1', () => done());
  });
  await last;
  expect(await sourceOf(routes, '10.8.0.1')).toBe('10.8.0.2');
  expect([asked, order]).toEqual([['10.8.0.1'], [1, 2]]);
  routes.forget();
  await sourceOf(routes, '10.8.0.1');
  expect(asked).toHaveLength(2);
});

test('the real kernel knows the way to this host itself', async () => {
  expect(await sourceOf(new Routes(), '127.0.0.1')).toBe('127.0.0.1');
  expect(await sourceOf(new Routes(), '::1')).toBe('::1');
});

const place = (name: string, address: string, prefixBits: number): Place => ({
  ...{ name, address, prefixBits, family: 4, loopback: false, multicast: true, identity: name },
});

test('the smallest subnet counts; outside of all of them any place of the family may be the one', () => {
  const places = [place('eth0', '10.77.0.1', 16), place('vpn0', '10.77.5.2', 24)];
  expect(nearPlace(places, '10.77.5.9')?.name).toBe('vpn0');
  expect(nearPlace(places, '10.77.6.9')?.name).toBe('eth0');
  expect(nearPlace(places, '10.8.0.1')).toBeUndefined();
  expect(placesOutward(places, '10.8.0.1')).toHaveLength(2);
  expect(placesOutward(places, 'fe80::1%eth0')).toEqual([]);
});
