import { expect, test } from '@jest/globals';
import { TroubleTeller } from './trouble.js';

const teller = () => {
  const clock = { nowMs: 0 };
  const told: string[] = [];
  const trouble = new TroubleTeller(
    (sentence) => void told.push(sentence),
    () => clock.nowMs,
  );
  return { clock, told, trouble };
};

test('a kind of trouble is told once a minute, however often it comes', () => {
  const { clock, told, trouble } = teller();
  for (; clock.nowMs < 120_000; clock.nowMs += 1_000) trouble.tell('bind', 'no');
  expect(told).toEqual(['no', 'no']);
});

test('what works again is no trouble any more, and what does not come again is forgotten', () => {
  const { clock, trouble } = teller();
  trouble.tell('bind fe80::1', 'an address that is still checked');
  trouble.tell('send eth0', 'a cable that was pulled');
  trouble.over('bind fe80::1');
  expect(trouble.recent()).toEqual(['a cable that was pulled']);
  clock.nowMs = 121_000;
  expect(trouble.recent()).toEqual([]);
});

test('what is not tried again lasts until it works', () => {
  const { clock, trouble } = teller();
  trouble.tell('group 4', 'the port of multicast is taken', true);
  clock.nowMs = 3_600_000;
  expect(trouble.recent()).toEqual(['the port of multicast is taken']);
  trouble.over('group 4');
  expect(trouble.recent()).toEqual([]);
});
