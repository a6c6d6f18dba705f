import { expect, test } from '@jest/globals';
import type { FileHash, PieceRequest } from '@iwanto/wire';
import { TimesSent } from './times-sent.js';

test('counts each piece of each content', () => {
  const times = new TimesSent();
  const piece = (letter: string, first: number): PieceRequest => ({
    ...{ ask: 'piece', requestId: first, root: letter.repeat(64) as FileHash, first, count: 1 },
  });
  times.note(piece('a', 1));
  times.note({ ...piece('a', 1), requestId: 9 });
  expect([piece('a', 1), piece('a', 2), piece('b', 1)].map((one) => times.of(one))).toEqual([
    2, 0, 0,
  ]);
});
