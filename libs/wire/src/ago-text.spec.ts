/** One unit, the largest that is whole. */
import { expect, test } from '@jest/globals';
import { agoText } from './ago-text.js';

test.each([
  [0, '0 s ago'],
  [59.9, '59 s ago'],
  [60, '1 min ago'],
  [7_199, '1 h ago'],
  [7_200, '2 h ago'],
  [200_000, '2 d ago'],
])('%d seconds are %s', (seconds, text) => expect(agoText(seconds)).toBe(text));
