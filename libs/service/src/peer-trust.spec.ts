/** Which peers are asked and answered: all that are not blocked, or in pinned mode only the trusted ones. */
import { afterEach, expect, test } from '@jest/globals';
import { OPEN_DOOR, keepDoor } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import { PeerTrust, pinnedPeers } from './peer-trust.js';

const [SELF, ANNE, BEN, EVE] = ['a', 'b', 'c', 'e'].map((one) => one.repeat(20)) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];
const scope = { identity: { peer: SELF }, bus: { follow: () => () => undefined } };

afterEach(() => keepDoor(OPEN_DOOR));

test('an open peer keeps off whom it blocked, and nobody else', () => {
  const trust = new PeerTrust({ mode: 'open', trust: [ANNE], block: [EVE] }, scope);
  expect([SELF, ANNE, BEN, EVE].map(trust.isBlocked)).toEqual([false, false, false, true]);
  expect([ANNE, BEN].map(trust.isTrusted)).toEqual([true, false]);
});

test('HOSTILE 126: a pinned peer keeps off everybody whom it does not trust, until it is open again', () => {
  const trust = new PeerTrust({ mode: 'pinned', trust: [ANNE, EVE], block: [EVE] }, scope);
  expect([SELF, ANNE, BEN, EVE].map(trust.isBlocked)).toEqual([false, false, true, true]);
  trust.reconfigure({ mode: 'open', trust: [ANNE], block: [] });
  expect([ANNE, BEN, EVE].map(trust.isBlocked)).toEqual([false, false, false]);
});

test('HOSTILE 128: another list is another life of a service, in pinned mode only', () => {
  const open = (trust: PeerId[]) => pinnedPeers({ mode: 'open', trust });
  const pinned = (trust: PeerId[]) => pinnedPeers({ mode: 'pinned', trust });
  expect(open([ANNE])).toEqual(open([ANNE, BEN]));
  expect(pinned([ANNE])).not.toEqual(pinned([ANNE, BEN]));
  expect(pinned([BEN, ANNE])).toEqual(pinned([ANNE, BEN]));
  expect(open([])).not.toEqual(pinned([]));
});

test('HOSTILE 155: a peer of a group admits whoever its election hears sealed, and nobody else', () => {
  const trust = new PeerTrust({ mode: 'group', trust: [], block: [EVE] }, scope);
  expect([SELF, ANNE, BEN, EVE].map(trust.isBlocked)).toEqual([false, false, false, true]);
});
