/** Which hosts outside its own subnets are heard, and when to knock (S55). */
import { expect, test } from '@jest/globals';
import { Door } from './door.js';
import { LIMITS } from './state/config.js';

const far = { address: '10.1.0.1', port: 5 };
const sent = { isFirstContact: false, multicast: false };
const knock = { isFirstContact: true, multicast: false };

test('a stranger is not heard until it was let in; knocks are, so many a second', () => {
  const door = new Door<string>();
  expect(door.admits(far.address, sent, 0)).toBe(false);
  const admitted = Array.from({ length: 500 }, () => door.admits(far.address, knock, 10_000));
  expect(admitted.filter(Boolean)).toHaveLength(LIMITS.cookiesPerSecond);
  door.acquaint(far.address);
  expect(door.admits(far.address, sent, 0)).toBe(true);
});

test('what goes out is answered; it knocks until that host is heard, and again after 10 s of silence', () => {
  const door = new Door<string>();
  expect(door.mustKnock(far, 'first', 0)).toBe(true);
  expect(door.mustKnock(far, 'last', 1)).toBe(true);
  expect(door.opened(far)).toBe('last');
  expect(door.opened(far)).toBeUndefined();
  expect(door.admits(far.address, sent, 2)).toBe(true);
  expect(door.mustKnock(far, 'more', 3)).toBe(false);
  expect(door.mustKnock(far, 'later', 10_003)).toBe(true);
});

test('from another address it knocks again at whoever accepted the one before', () => {
  const door = new Door<string>();
  door.acquaint(far.address);
  expect(door.admits(far.address, sent, 0)).toBe(true);
  expect(door.mustKnock(far, 'first', 1)).toBe(false);
  door.moved();
  expect(door.mustKnock(far, 'next', 2)).toBe(true);
  expect(door.admits(far.address, sent, 3)).toBe(true);
  expect(door.mustKnock(far, 'last', 4)).toBe(false);
});

test('multicast from a host does not show that it accepts what is sent to it', () => {
  const door = new Door<string>();
  door.acquaint(far.address);
  expect(door.admits(far.address, { isFirstContact: false, multicast: true }, 0)).toBe(true);
  expect(door.mustKnock(far, 'first', 1)).toBe(true);
});

test('HOSTILE 13: strangers fill no table beyond its limit, and those who speak stay', () => {
  const door = new Door<string>();
  door.acquaint(far.address);
  for (let host = 0; host < 3 * LIMITS.strangersMax; host += 1) {
    door.acquaint(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255} `);
    if (host % 1_000 === 0) expect(door.admits(far.address, sent, host)).toBe(true);
  }
  door.acquaint('10.9.9.9');
  expect(door.admits('10.0.0.0 ', sent, 0)).toBe(false);
});
