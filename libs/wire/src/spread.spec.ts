import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressSchema } from './endpoint.js';
import { spreadOverPlaces } from './spread.js';

const chance = fc.double({ min: 0, max: 0.999, noNaN: true });

test('HOSTILE 108: hundreds of names of one host come behind one of each other host', () => {
  const crowd = Array.from({ length: 270 }, (_, at) => ({ name: `${at}`, address: '10.0.0.66' }));
  const network = Array.from({ length: 270 }, (_, at) => ({
    ...{ name: `six ${at}`, address: `2001:db8::${(at + 1).toString(16)}` },
  }));
  const honest = ['10.0.0.1', '10.0.0.2', 'fe80::1%eth0'].map((address) => ({
    ...{ name: address, address },
  }));
  const all = [...crowd, ...honest, ...network];
  fc.assert(
    fc.property(fc.array(chance, { minLength: 600, maxLength: 600 }), (draws) => {
      let drawn = 0;
      const order = spreadOverPlaces(all, () => draws[(drawn += 1) % draws.length] ?? 0);
      expect(order).toHaveLength(all.length);
      for (const one of honest) expect(order.slice(0, 5)).toContain(one);
    }),
    { numRuns: 50 },
  );
});

test('HOSTILE 109: an address is written in one way only, and is no name', () => {
  for (const address of ['10.0.0.1', 'fe80::1%eth0', '2001:db8::7', '::1']) {
    expect(addressSchema.safeParse(address).success).toBe(true);
  }
  const others = ['localhost', '2130706433', '0x7f.1', '127.1', '::ffff:7f00:1'];
  for (const address of [
    ...others,
    '::ffff:127.0.0.1',
    '2001:DB8::7',
    '2001:db8:0::7',
    '10.0.0.01',
    '10.0.0.1%eth0',
    'fe80::1%a b',
  ]) {
    expect(addressSchema.safeParse(address).success).toBe(false);
  }
});
