/** Who gets a place, and who gives way for it. */
import { expect, test } from '@jest/globals';
import type { Standing } from './door-list.js';
import { type Guest, Places } from './places.js';

function portWith(all: number, ofAddress: number) {
  const places = new Places({ all, ofAddress });
  const left: string[] = [];
  const come = (address: string, standing: Standing = 'stranger', count = 1) =>
    Array.from({ length: count }, () => {
      const guest: Guest = {
        address,
        standing: () => standing,
        leave: () => {
          left.push(`${standing} ${address}`);
          places.release(guest);
        },
      };
      return places.admit(guest);
    }).filter(Boolean).length;
  return { come, left };
}

test('HOSTILE 205: four addresses that fill a port keep nobody out, and nothing of a trusted peer gives way', () => {
  const { come, left } = portWith(16, 4);
  expect(come('10.0.0.9', 'trusted', 3)).toBe(3);
  expect(come('10.0.0.8', 'member', 2)).toBe(2);
  for (const host of [1, 2, 3, 4]) come(`10.0.1.${host}`, 'stranger', 9);
  expect(left.every((one) => one.startsWith('stranger 10.0.1.'))).toBe(true);
  left.splice(0);
  expect(come('10.0.0.7', 'stranger')).toBe(1);
  expect(come('10.0.0.8', 'member')).toBe(1);
  expect(left).toHaveLength(2);
  expect(left.every((one) => one.startsWith('stranger 10.0.1.'))).toBe(true);
});

test('HOSTILE 205: an address that has most gets no more, and alone it pushes nobody out', () => {
  const { come, left } = portWith(6, 4);
  for (const host of [1, 2, 3]) come(`10.0.0.${host}`, 'member');
  expect(come('10.0.1.1', 'stranger', 20)).toBe(3);
  expect(left).toEqual([]);
});

test('of members, those of an address with more than others give way, one each at most as many as they have', () => {
  const { come, left } = portWith(4, 4);
  come('10.0.0.1', 'member', 4);
  expect(come('10.0.0.2', 'member', 3)).toBe(2);
  expect(left).toEqual(['member 10.0.0.1', 'member 10.0.0.1']);
});
