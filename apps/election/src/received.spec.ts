/** Datagrams that the sockets received, in turns. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Received } from './received.js';

/** Each datagram costs as many ms as its port says. */
const room = () => {
  let nowMs = 0;
  const worked: number[] = [];
  const stale: number[] = [];
  const received = new Received(
    ({ from: { port: costMs } }) => {
      worked.push(costMs);
      nowMs += costMs;
    },
    ({ port }) => stale.push(port),
    () => nowMs,
  );
  const put = (costMs: number) =>
    received.put({
      outer: new Uint8Array(),
      from: { address: '10.0.0.1', port: costMs },
      multicast: false,
    });
  return { put, worked, stale };
};

test('one turn is short, and the sockets are read before the next', async () => {
  const { put, worked } = room();
  for (let at = 0; at < 5; at += 1) put(4);
  expect(worked).toEqual([]);
  await nextTurn();
  expect(worked).toEqual([4, 4, 4]);
  put(1);
  await nextTurn();
  expect(worked).toEqual([4, 4, 4, 4, 4, 1]);
  put(2);
  await nextTurn();
  expect(worked.at(-1)).toBe(2);
});

test('what waited longer than 100 ms behind slow ones is dropped', async () => {
  const { put, worked, stale } = room();
  for (const costMs of [60, 50, 7, 8]) put(costMs);
  for (let turn = 0; turn < 4; turn += 1) await nextTurn();
  expect([worked, stale]).toEqual([
    [60, 50],
    [7, 8],
  ]);
});
