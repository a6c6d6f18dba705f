import { describe, expect, test } from '@jest/globals';
import { firstOf } from './first-of.js';

const never = () => new Promise<never>(() => undefined);
const HEDGE_MS = 5;

describe('firstOf', () => {
  test('gives the first success and begins no more than it needs', async () => {
    let begun = 0;
    const tries = Array.from({ length: 5 }, (_, at) => async () => {
      begun += 1;
      return at === 2 ? 'third' : undefined;
    });
    expect(await firstOf(tries, 10_000)).toBe('third');
    expect(begun).toBe(3);
  });

  test('is not held up by those that never answer', async () => {
    const tries = [...Array.from({ length: 31 }, () => never), async () => 'honest'];
    expect(await firstOf(tries, HEDGE_MS)).toBe('honest');
  });

  test('is undefined when nobody succeeds, and where there is nobody', async () => {
    expect(await firstOf([async () => undefined, async () => undefined], HEDGE_MS)).toBeUndefined();
    expect(await firstOf([], HEDGE_MS)).toBeUndefined();
  });
});
