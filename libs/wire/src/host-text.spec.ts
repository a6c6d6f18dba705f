/** Hosts as people write them. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readHost } from './host-text.js';
import { endpointText } from './ip-address.js';

test.each([
  ['studio', 'studio', undefined],
  ['nas.local:17117', 'nas.local', '17117'],
  ['10.0.0.7:9', '10.0.0.7', '9'],
  ['fe80::1%eth0', 'fe80::1%eth0', undefined],
  ['2001:db8::7', '2001:db8::7', undefined],
  ['[fe80::1%eth0]:9', 'fe80::1%eth0', '9'],
  ['[::1]', '::1', undefined],
  // Whoever asks for the port says what is wrong with it.
  ['studio:', 'studio', ''],
  ['[::1]:x', '::1', 'x'],
])('%s is understood', (text, host, port) => expect(readHost(text)).toEqual({ host, port }));

test.each([
  '',
  ':',
  ':9',
  'a b',
  'http://h',
  'a:b:c',
  '::1]:9',
  '[::1',
  '[studio]:9',
  '[10.0.0.7]',
])('%j is no host', (text) => expect(readHost(text)).toBeUndefined());

test('what is shown can be typed again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) =>
      expect(readHost(endpointText(host, port))).toEqual({ host, port: String(port) }),
    ),
  );
});
