/** How long a file that changed waits before it is hashed. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Settled, Settling } from './settling.js';

const SETTLE_MS = 100;
const DATE_MS = 1_700_000_000_000;

beforeEach(() => void jest.useFakeTimers({ now: DATE_MS }));
afterEach(() => void jest.useRealTimers());

/** How long it waits when it is seen so long after its last change. */
const waitMs = (agoMs: number): number => {
  let settledMs = -1;
  const settling = new Settling<Settled>({
    ...{ settleMs: SETTLE_MS, nowMs: Date.now, dateMs: Date.now },
    look: (file) => file,
    onSettled: () => (settledMs = Date.now() - DATE_MS),
    onJudged: () => undefined,
  });
  const identity = '1:2:3' as Settled['identity'];
  settling.add({ path: '/a', identity, ctimeMs: DATE_MS - agoMs });
  jest.advanceTimersByTime(SETTLE_MS);
  settling.close();
  jest.setSystemTime(DATE_MS);
  return settledMs;
};

test('a file waits for quiet since its last change, of which half is watched', () => {
  expect(waitMs(0)).toBe(SETTLE_MS);
  expect(waitMs(30)).toBe(70);
  expect(waitMs(60)).toBe(50);
  expect(waitMs(9_999)).toBe(50);
  expect(waitMs(10_001)).toBe(0);
  // A clock of another host that is ahead.
  expect(waitMs(-5_000)).toBe(SETTLE_MS);
});
