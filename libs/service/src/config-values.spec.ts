/** Values of the configuration as people write them. */
import { expect, test } from '@jest/globals';
import { fromEnvironment, typedValue } from './config-values.js';

const DEFAULTS = { name: '', port: 1, reseed: true, interfaces: [], peers: [] };

test.each([
  ['name', ['7'], '7'],
  ['port', ['7'], 7],
  ['reseed', ['false'], false],
  ['reseed', ['true'], true],
  ['interfaces', ['eth0', 'wlan0'], ['eth0', 'wlan0']],
  ['interfaces', ['eth0,wlan0'], ['eth0', 'wlan0']],
  ['interfaces', ['["eth0"]'], ['eth0']],
  ['peers', ['[fe80::1]:7'], [{ host: 'fe80::1', port: 7 }]],
  [
    'peers',
    ['fe80::1%eth0', 'nas'],
    ['fe80::1%eth0', 'nas'].map((host) => ({ host, port: 17117 })),
  ],
])('%s %j is %j', (key, words, value) => {
  expect(typedValue(key, words, DEFAULTS)).toEqual(value);
});

test.each([
  ['port', ['seven'], 'port takes a number, not "seven".'],
  ['reseed', ['no'], 'reseed takes true or false, not "no".'],
  ['name', ['two', 'words'], 'name takes one value, not 2.'],
  ['interfaces', ['["eth0"'], 'interfaces is not a list in JSON: ["eth0"'],
  ['peers', [':'], 'peers: ":" is not a host; write HOST, HOST:PORT or [IPV6]:PORT.'],
  ['peers', ['nas:x'], 'peers: "nas:x" is not a host'],
])('%s %j is refused', (key, words, sentence) => {
  expect(() => typedValue(key, words, DEFAULTS)).toThrow(sentence);
});

test('the environment says the same', () => {
  expect(fromEnvironment({ IWANT_RESEED: 'false', IWANT_PORT: '' }, DEFAULTS)).toEqual({
    reseed: false,
  });
});
