import { describe, expect, test } from '@jest/globals';
import { refilled, spend } from './bucket.js';

const RATE = { perSecond: 2, burst: 3 };

describe('a token bucket', () => {
  test('is full at first, empty after its burst, and refills with time', () => {
    const bucket = refilled(undefined, RATE, 1_000);
    expect([1, 2, 3, 4].map(() => spend(bucket))).toEqual([true, true, true, false]);
    const later = refilled(bucket, RATE, 1_500);
    expect([spend(later), spend(later)]).toEqual([true, false]);
    expect(refilled(later, RATE, 60_000).tokens).toBe(3);
  });

  test('is refilled by no clock that goes back', () => {
    const bucket = refilled(undefined, RATE, 1_000);
    spend(bucket);
    expect(refilled(bucket, RATE, 0).tokens).toBe(2);
  });

  test('takes from all or from none', () => {
    const full = refilled(undefined, RATE, 0);
    const empty = { tokens: 0.5, atMs: 0 };
    expect(spend(full, empty)).toBe(false);
    expect(full.tokens).toBe(3);
  });
});
