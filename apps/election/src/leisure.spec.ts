/** When the election returns memory. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { LeadershipView } from '@iwanto/consensus';
import { Leisure } from './leisure.js';

let [role, members, given]: [LeadershipView['role'], number, number] = ['joining', 0, 0];
let leisure: Leisure;

beforeEach(() => {
  [role, members, given] = ['joining', 0, 0];
  leisure = new Leisure({
    role: () => role,
    members: () => members,
    giveBack: () => (given += 1),
  });
});
afterEach(() => leisure.close());

function givenAfter(looks: number): number {
  given = 0;
  for (let look = 0; look < looks; look += 1) leisure.look();
  return given;
}

test.each([
  ['joining', 0],
  ['standby', 7],
  ['leader', 7],
] as const)('memory stays where others depend on this host: %s of %i', (as, of) => {
  [role, members] = [as, of];
  expect(givenAfter(5)).toBe(0);
});

test.each([
  ['follower', 7],
  ['leader', 0],
] as const)('memory is returned once by a %s of %i', (as, of) => {
  [role, members] = [as, of];
  expect(givenAfter(5)).toBe(1);
  expect(givenAfter(5)).toBe(0);
});

test('a standby that becomes an ordinary member again returns it again, and not in the first moment', () => {
  role = 'follower';
  expect(givenAfter(1)).toBe(0);
  role = 'standby';
  expect(givenAfter(3)).toBe(0);
  role = 'follower';
  expect(givenAfter(1)).toBe(0);
  expect(givenAfter(1)).toBe(1);
});
