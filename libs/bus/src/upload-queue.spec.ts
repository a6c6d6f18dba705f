import { describe, expect, test } from '@jest/globals';
import type { FileHash, PieceRequest } from '@iwanto/wire';
import {
  type Started,
  UPLOAD_BYTES_MAX,
  UPLOAD_BYTES_PER_ASKER_MAX,
  UploadQueue,
} from './upload-queue.js';

const MEBIBYTE = 1_048_576;
const piece = (first: number): PieceRequest => ({
  ...{ ask: 'piece', requestId: first + 1, root: 'ab'.repeat(32) as FileHash, first, count: 1 },
});
const startAll = (queue: UploadQueue): Started[] => {
  const all: Started[] = [];
  for (let next = queue.start(); next; next = queue.start()) all.push(next);
  return all;
};
const inOrder = () => new UploadQueue(() => 0);

describe('UploadQueue', () => {
  test('gives each asker its turn, however much another asks for', () => {
    const queue = inOrder();
    queue.open('greedy', '10.0.0.1');
    queue.open('modest', '10.0.0.2');
    for (let at = 0; at < 60; at += 1) queue.add('greedy', piece(at));
    for (let at = 0; at < 3; at += 1) queue.add('modest', piece(at));
    const order = startAll(queue).map(({ asker }) => asker);
    expect(order.filter((asker) => asker === 'modest')).toHaveLength(3);
    expect(order.slice(0, 4).sort()).toEqual(['greedy', 'greedy', 'modest', 'modest']);
  });

  test('identities at one address share the turn of one', () => {
    const queue = inOrder();
    for (let at = 0; at < 100; at += 1) {
      queue.open(`crowd${at}`, '10.0.0.1');
      queue.add(`crowd${at}`, piece(0));
    }
    queue.open('alone', '10.0.0.2');
    for (let at = 0; at < 4; at += 1) queue.add('alone', piece(at));
    const served = startAll(queue).slice(0, 8);
    expect(served.filter(({ asker }) => asker === 'alone')).toHaveLength(4);
  });

  test('bounds what one asker and what all have in memory', () => {
    const queue = inOrder();
    const startedOf = (asker: string) => {
      queue.open(asker, asker);
      for (let at = 0; at < 60; at += 1) queue.add(asker, piece(at));
      return startAll(queue);
    };
    const first = startedOf('a');
    expect(first.length * MEBIBYTE).toBe(UPLOAD_BYTES_PER_ASKER_MAX);
    let all = first.length;
    for (let at = 0; at < 40; at += 1) all += startedOf(`more${at}`).length;
    expect(all * MEBIBYTE).toBe(UPLOAD_BYTES_MAX);
    queue.end(first[0]!);
    expect(startAll(queue)).toHaveLength(1);
  });

  test('answers what takes no memory although memory is full', () => {
    const queue = inOrder();
    queue.open('a', 'a');
    for (let at = 0; at < 4; at += 1) queue.add('a', piece(at));
    expect(startAll(queue)).toHaveLength(4);
    queue.add('a', { ...piece(0), ask: 'have' });
    expect(startAll(queue)).toHaveLength(1);
  });

  test('forgets who is gone; what is in work still counts until it ended', () => {
    const queue = inOrder();
    queue.open('a', 'a');
    for (let at = 0; at < 9; at += 1) queue.add('a', piece(at));
    const [first] = startAll(queue);
    queue.close('a');
    queue.end(first!);
    expect(queue.start()).toBeUndefined();
    expect(queue.add('a', piece(1))).toBe(false);
  });

  test('of one asker the request that ranks lowest goes first', () => {
    const queue = new UploadQueue(({ first }) => (first === 5 ? 0 : 1));
    queue.open('a', 'a');
    for (const at of [3, 4, 5]) queue.add('a', piece(at));
    expect(startAll(queue).map(({ request }) => request.first)).toEqual([5, 3, 4]);
  });
});
