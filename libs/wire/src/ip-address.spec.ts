/** Addresses as bytes and text, compared with what Node makes of them. */
import { BlockList, isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressBytes,
  addressText,
  endpointText,
  isHostAddress,
  isLinkLocal,
  isLoopback,
  isPublicAddress,
  sharesPrefix,
} from './ip-address.js';

const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
const bytesOf = (eight: number[]) =>
  Uint8Array.from(eight.flatMap((each) => [each >> 8, each & 255]));

describe('addresses', () => {
  test('an address is the same however often it is asked for, and however many others are', () => {
    const six = () => [...(addressBytes('fe80::1%eth0') ?? [])];
    const first = six();
    for (let host = 0; host < 2_000; host += 1) addressBytes(`10.0.${host >> 8}.${host & 0xff}`);
    expect(six()).toEqual(first);
    expect([...(addressBytes('10.0.7.207') ?? [])]).toEqual([10, 0, 7, 207]);
    expect(addressBytes('10.0.7.256')).toBeUndefined();
  });

  test('an endpoint is written so that it can be read back', () => {
    expect(endpointText('10.0.0.7', 9)).toBe('10.0.0.7:9');
    expect(endpointText('fe80::1%eth0', 9)).toBe('[fe80::1%eth0]:9');
  });

  test('IPv6 text is the one that WHATWG URLs write', () => {
    fc.assert(
      fc.property(groups, (eight) => {
        const text = addressText(bytesOf(eight)) ?? '';
        const long = eight.map((each) => each.toString(16)).join(':');
        if (!text.startsWith('::ffff:'))
          expect(`[${text}]`).toBe(new URL(`http://[${long}]`).hostname);
        expect(addressBytes(text)).toEqual(bytesOf(eight));
        expect(addressBytes(long)).toEqual(bytesOf(eight));
      }),
    );
  });

  test('accepts what node:net accepts, and nothing else', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      'ff',
      '255',
      '256',
      '01',
      ':',
      '::',
      '.',
      'g',
      'fe80',
      '1.2.3.4',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect([text, addressBytes(text) !== undefined]).toEqual([text, isIP(text) !== 0]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a prefix is shared exactly when the subnet holds the address', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.nat(0xffffffff),
        fc.integer({ min: 0, max: 32 }),
        (a, b, bits) => {
          const text = (value: number) =>
            [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
          const list = new BlockList();
          list.addSubnet(text(a), bits, 'ipv4');
          expect(sharesPrefix(text(a), text(b), bits)).toBe(list.check(text(b), 'ipv4'));
        },
      ),
    );
    expect(sharesPrefix('10.0.0.1', 'fd00::1', 0)).toBe(false);
    expect(sharesPrefix('fd00::1', 'fd00::ffff:1', 64)).toBe(true);
  });

  test('which addresses a host may have', () => {
    const no = ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1', 'nowhere', ''];
    const yes = ['10.0.0.1', '127.0.0.1', '169.254.1.1', '::1', 'fe80::1%eth0', 'fd00::1'];
    expect(no.map(isHostAddress)).toEqual(no.map(() => false));
    expect(yes.map(isHostAddress)).toEqual(yes.map(() => true));
    expect(['fe80::1', 'febf::1%x', 'fec0::1', '10.0.0.1'].map(isLinkLocal)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const inside = ['10.0.0.1', '172.31.0.1', '192.168.1.1', '100.127.0.1', '169.254.1.1', '::1'];
    const internet = ['9.255.255.255', '11.0.0.1', '172.32.0.1', '100.128.0.1', '192.167.0.1'];
    expect([...inside, 'nowhere'].filter(isPublicAddress)).toEqual([]);
    expect(internet.filter((text) => !isPublicAddress(text))).toEqual([]);
    expect(['127.9.9.9', '::1', '::2', '10.0.0.1'].map(isLoopback)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
