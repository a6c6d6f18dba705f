import { describe, expect, test } from '@jest/globals';
import type { FileHash, PieceRequest } from '@iwanto/wire';
import {
  UPLOAD_BYTES_MAX,
  UPLOAD_BYTES_PER_ADDRESS_MAX,
  UPLOAD_BYTES_PER_ASKER_MAX,
  UPLOAD_BYTES_WITH_RESERVE_MAX,
} from './limits.js';
import { type Started, UploadQueue } from './upload-queue.js';

const MEBIBYTE = 1_048_576;
const piece = (first: number): PieceRequest => ({
  ...{ ask: 'piece', requestId: first + 1, root: 'ab'.repeat(32) as FileHash, first, count: 1 },
});
const startAll = (queue: UploadQueue): Started[] => {
  const all: Started[] = [];
  for (let next = queue.start(); next; next = queue.start()) all.push(next);
  return all;
};
/** Askers are named `standing/address/key/number`, or by their address alone. */
const nowOf = (name: string) => {
  const turns = name.split('/').slice(0, 3);
  return { address: turns[1] ?? name, turns };
};
const inOrder = () => new UploadQueue(() => 0, nowOf);

describe('UploadQueue', () => {
  test('gives each asker its turn, however much another asks for', () => {
    const queue = inOrder();
    queue.open('greedy');
    queue.open('modest');
    for (let at = 0; at < 60; at += 1) queue.add('greedy', piece(at));
    for (let at = 0; at < 3; at += 1) queue.add('modest', piece(at));
    const order = startAll(queue).map(({ asker }) => asker);
    expect(order.filter((asker) => asker === 'modest')).toHaveLength(3);
    expect(order.slice(0, 4).sort()).toEqual(['greedy', 'greedy', 'modest', 'modest']);
  });

  test('identities at one address share the turn of one', () => {
    const queue = inOrder();
    for (let at = 0; at < 100; at += 1) {
      const crowd = `member/10.0.0.1/key${at}/0`;
      queue.open(crowd);
      queue.add(crowd, piece(0));
    }
    const alone = 'member/10.0.0.2/key/0';
    queue.open(alone);
    for (let at = 0; at < 4; at += 1) queue.add(alone, piece(at));
    const served = startAll(queue).slice(0, 8);
    expect(served.filter(({ asker }) => asker === alone)).toHaveLength(4);
  });

  test('HOSTILE 204: keys of one address have a turn each, and strangers in all no more than members or trusted peers', () => {
    const queue = inOrder();
    const ask = (name: string, count: number) => {
      queue.open(name);
      for (let at = 0; at < count; at += 1) queue.add(name, piece(at));
    };
    for (let line = 0; line < 20; line += 1) ask(`member/10.0.0.1/many/${line}`, 4);
    ask('member/10.0.0.1/one/0', 4);
    for (let at = 0; at < 30; at += 1) ask(`stranger/10.0.1.${at}/key/0`, 4);
    ask('trusted/10.0.0.3/key/0', 4);
    const served = startAll(queue).slice(0, 12);
    const of = (start: string) => served.filter(({ asker }) => asker.startsWith(start)).length;
    expect([of('trusted/'), of('member/'), of('stranger/')]).toEqual([4, 4, 4]);
    expect([of('member/10.0.0.1/many'), of('member/10.0.0.1/one')]).toEqual([2, 2]);
  });

  test('HOSTILE 203: whoever has nothing in work gets something, however much others leave unread', () => {
    const queue = inOrder();
    const ask = (name: string) => {
      queue.open(name);
      for (let at = 0; at < 9; at += 1) queue.add(name, piece(at));
      return startAll(queue).length;
    };
    let ofOne = 0;
    for (let line = 0; line < 30; line += 1) ofOne += ask(`member/10.0.0.1/key${line}/0`);
    expect(ofOne * MEBIBYTE).toBe(UPLOAD_BYTES_PER_ADDRESS_MAX);
    for (let at = 0; at < 30; at += 1) ask(`member/10.0.1.${at % 4}/key/${at}`);
    expect(ask('member/10.0.0.2/key/0')).toBe(1);
    // Strangers at the address of a member take none of its memory.
    expect(ask('stranger/10.0.0.9/key/0')).toBe(1);
    expect(ask('member/10.0.0.9/key/0')).toBe(1);
    let ofAll = 0;
    for (let at = 0; at < 200; at += 1) ofAll += ask(`member/10.0.2.${at}/key/0`);
    expect((ofAll + 3) * MEBIBYTE).toBe(UPLOAD_BYTES_WITH_RESERVE_MAX - UPLOAD_BYTES_MAX);
  });

  test('bounds what one asker and what all have in memory', () => {
    const queue = inOrder();
    const startedOf = (asker: string) => {
      queue.open(asker);
      for (let at = 0; at < 60; at += 1) queue.add(asker, piece(at));
      return startAll(queue);
    };
    const first = startedOf('a');
    expect(first.length * MEBIBYTE).toBe(UPLOAD_BYTES_PER_ASKER_MAX);
    let all = first.length;
    for (let at = 0; at < 40; at += 1) all += startedOf(`more${at}`).length;
    // Each of them has an address of its own, and so one more than fits.
    expect(all * MEBIBYTE).toBe(UPLOAD_BYTES_MAX + 25 * MEBIBYTE);
    queue.end(first[0]!);
    expect(startAll(queue)).toHaveLength(0);
  });

  test('answers what takes no memory although memory is full', () => {
    const queue = inOrder();
    queue.open('a');
    for (let at = 0; at < 4; at += 1) queue.add('a', piece(at));
    expect(startAll(queue)).toHaveLength(4);
    queue.add('a', { ...piece(0), ask: 'have' });
    expect(startAll(queue)).toHaveLength(1);
  });

  test('forgets who is gone; what is in work still counts until it ended', () => {
    const queue = inOrder();
    queue.open('a');
    for (let at = 0; at < 9; at += 1) queue.add('a', piece(at));
    const [first] = startAll(queue);
    queue.close('a');
    queue.end(first!);
    expect(queue.start()).toBeUndefined();
    expect(queue.add('a', piece(1))).toBe(false);
  });

  test('of one asker the request that ranks lowest goes first', () => {
    const queue = new UploadQueue(({ first }) => (first === 5 ? 0 : 1), nowOf);
    queue.open('a');
    for (const at of [3, 4, 5]) queue.add('a', piece(at));
    expect(startAll(queue).map(({ request }) => request.first)).toEqual([5, 3, 4]);
  });
});
