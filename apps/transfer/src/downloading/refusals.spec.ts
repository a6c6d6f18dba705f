/** Sources that refuse what they are listed as holding. */
import { expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { GONE_MS, Refusals } from './refusals.js';

const [one, other] = ['a'.repeat(20), 'b'.repeat(20)] as [PeerId, PeerId];

test('a source that refused is asked again when it still holds the content, less and less often', () => {
  const refusals = new Refusals();
  refusals.refused(one, 0);
  expect(refusals.located([one, other], 399)).toEqual([]);
  expect(refusals.located([one, other], 400)).toEqual([one]);
  refusals.refused(one, 410);
  expect(refusals.located([one], 900)).toEqual([]);
  expect(refusals.located([one], 1_200)).toEqual([one]);
});

test('content is gone when it was refused and nobody holds it for some time', () => {
  const refusals = new Refusals();
  refusals.located([], 0);
  expect(refusals.isGone(GONE_MS)).toBe(false);
  refusals.refused(one, GONE_MS);
  expect(refusals.isGone(GONE_MS)).toBe(true);
  refusals.located([other], GONE_MS + 1);
  refusals.located([], GONE_MS + 2);
  expect(refusals.isGone(2 * GONE_MS + 1)).toBe(false);
  expect(refusals.isGone(2 * GONE_MS + 2)).toBe(true);
  refusals.fed();
  expect(refusals.isGone(9 * GONE_MS)).toBe(false);
});
