/** When an election wakes its process. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Election } from './election.js';
import { hmac } from './keys.js';
import { cardOf, newBoot, newKeys } from './testing/peer.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('an input that leaves the deadline as it is leaves the timer as it is', () => {
  const keys = newKeys();
  const nothing = () => undefined;
  const election = new Election({
    config: {
      peer: keys.peer,
      boot: newBoot(),
      random: () => 0.5,
      randomBytes: (count) => new Uint8Array(count),
      hmac,
    },
    keys,
    nowMs: () => performance.now(),
    perform: nothing,
    acquaint: nothing,
  });
  election.start({ bornMs: 0, card: cardOf(keys, 17_117), staticPeers: [], remembered: [] });
  const set = jest.spyOn(globalThis, 'setTimeout');
  election.take({ type: 'catalogueChanged', catalogue: null });
  expect(set).not.toHaveBeenCalled();
  jest.advanceTimersByTime(10_000);
  expect(set.mock.calls.length).toBeGreaterThan(5);
  election.stop();
});
