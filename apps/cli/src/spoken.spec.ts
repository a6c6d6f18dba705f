import { expect, test } from '@jest/globals';
import { spoken } from './spoken.js';

test('bytes are spoken as the words of the proquint proposal', () => {
  // The examples of the proposal: 127.0.0.1 and 63.84.220.193.
  expect(spoken('7f000001')).toBe('lusab babad');
  expect(spoken('3f54dcc1')).toBe('gutih tugad');
  expect(spoken('')).toBe('');
});
