import { describe, expect, test } from '@jest/globals';
import { hashFrom, hostFrom, numberFrom, pathFrom } from './input.js';
import { countText, timeText } from './print.js';
import { shortHashes } from './short-hashes.js';

describe('times and counts', () => {
  test.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [12.4, '12 s'],
    [185, '3 min 5 s'],
    [7_800, '2 h 10 min'],
  ])('%d seconds', (seconds, text) => expect(timeText(seconds)).toBe(text));

  test('one and many', () => {
    expect([countText(1, 'file'), countText(0, 'file')]).toEqual(['1 file', '0 files']);
  });
});

describe('what a user types (HOSTILE 92)', () => {
  const hash = 'ab'.repeat(32);
  test.each([
    [hash, hash],
    [hash.toUpperCase(), hash],
    [` ${hash.slice(0, 8)} `, 'abababab'],
    ['ABAB ABAB', 'abababab'],
  ])('the hash %j is understood', (typed, understood) => expect(hashFrom(typed)).toBe(understood));

  test.each(['', 'abababa', 'zzzzzzzz', `${hash}a`, '../x', '--help'])(
    'the hash %j is refused',
    (typed) => {
      expect(() => hashFrom(typed)).toThrow(expect.objectContaining({ code: 'E_BAD_REQUEST' }));
    },
  );

  test('paths become absolute, ~ is the home', () => {
    expect(pathFrom('x')).toBe(`${process.cwd()}/x`);
    expect(pathFrom('~/x')).toMatch(/^\/.*\/x$/);
    expect(pathFrom('a\nb')).toBe(`${process.cwd()}/a\nb`);
    expect(() => pathFrom('')).toThrow('empty');
    expect(() => pathFrom('a\0b')).toThrow('NUL');
  });

  test.each([
    ['host', { host: 'host' }],
    ['10.0.0.7:17117', { host: '10.0.0.7', port: 17117 }],
    ['[fe80::1%eth0]:9', { host: 'fe80::1%eth0', port: 9 }],
    ['[::1]', { host: '::1' }],
    ['fe80::1', { host: 'fe80::1' }],
  ])('the host %s is understood', (typed, host) => expect(hostFrom(typed)).toEqual(host));

  test.each(['', 'a b', 'h:', 'h:0', 'h:-1', 'h:65536', 'h:1.5', 'http://h', '[::1]:x'])(
    'the host %j is refused',
    (typed) => {
      expect(() => hostFrom(typed)).toThrow(expect.objectContaining({ code: 'E_BAD_REQUEST' }));
    },
  );

  test.each([Number.NaN, 0, -1, 1.5, 11, Infinity, undefined, [1, 2], '5'])(
    'the number %p is refused',
    (typed) => expect(() => numberFrom('limit', typed, { min: 1, max: 10 })).toThrow('1 to 10'),
  );
});

describe('short hashes', () => {
  test('are as long as they must be, and eight at least', () => {
    expect(shortHashes(['a'.repeat(64), 'b'.repeat(64)])).toEqual(['a'.repeat(8), 'b'.repeat(8)]);
    const one = `${'a'.repeat(9)}b`.padEnd(64, '0');
    const two = `${'a'.repeat(9)}c`.padEnd(64, '0');
    const far = 'd'.padEnd(64, '0');
    expect(shortHashes([one, two, far])).toEqual(['aaaaaaaaab', 'aaaaaaaaac', 'd0000000']);
    expect(shortHashes([one], [two, far])).toEqual(['aaaaaaaaab']);
    expect(shortHashes([])).toEqual([]);
    const same = 'c'.repeat(64);
    expect(shortHashes([same, same])).toEqual(['cccccccc', 'cccccccc']);
  });
});
