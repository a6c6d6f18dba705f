import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { DATA_BODY_BYTES_MAX, DATA_HEAD_BYTES, decodeDataHead } from '@iwanto/wire';
import { DataSeal } from './data-seal.js';
import { OutgoingFrame } from './outgoing-frame.js';

const bound = Buffer.from('bound to this');

test('a frame is its head, the sealed body and the tag', () => {
  const key = randomBytes(32);
  const body = randomBytes(131_073);
  const whole = OutgoingFrame.of(body).seal(new DataSeal(key), 9, bound);
  expect(decodeDataHead(whole.subarray(0, DATA_HEAD_BYTES))).toEqual({
    ...{ requestId: 9, length: body.length },
  });
  const end = DATA_HEAD_BYTES + body.length;
  const sealed = Buffer.from(whole.subarray(DATA_HEAD_BYTES, end));
  expect(sealed.equals(body)).toBe(false);
  expect(new DataSeal(key).openInPlace(bound, sealed, whole.subarray(end))).toBe(true);
  expect(sealed.equals(body)).toBe(true);
});

test('memory that was released is used again, once', () => {
  const first = new OutgoingFrame(10);
  first.release();
  first.release();
  const [second, third] = [new OutgoingFrame(10), new OutgoingFrame(10)];
  expect(second.body.buffer).toBe(first.body.buffer);
  expect(third.body.buffer).not.toBe(second.body.buffer);
});

test('a frame that was released is not sent, and none is larger than the wire allows', () => {
  const frame = new OutgoingFrame(1);
  frame.release();
  expect(() => frame.seal(new DataSeal(randomBytes(32)), 1, bound)).toThrow('released');
  expect(() => new OutgoingFrame(DATA_BODY_BYTES_MAX + 1)).toThrow(RangeError);
});
