import { describe, expect, test } from '@jest/globals';
import { type FileHash, PIECE_REQUESTS_PER_FRAME_MAX, type PieceRequest } from '@iwanto/wire';
import { HeldRequests } from './held-requests.js';

const piece = (requestId: number): PieceRequest => ({
  ...{ ask: 'piece', requestId, root: 'ab'.repeat(32) as FileHash, first: requestId, count: 1 },
});
const have = (requestId: number): PieceRequest => ({ ...piece(requestId), ask: 'have' });
const ids = (requests: readonly PieceRequest[]) => requests.map(({ requestId }) => requestId);

describe('HeldRequests', () => {
  test('sends immediately while the uploader has little to do', () => {
    const held = new HeldRequests();
    expect([1, 2, 3, 4].map((id) => ids(held.add(piece(id))))).toEqual([[1], [2], [3], [4]]);
  });

  test('gathers while the uploader has three times as much to do, and sends all when it has not', () => {
    const held = new HeldRequests();
    for (let id = 1; id <= 4; id += 1) held.add(piece(id));
    expect(held.add(piece(5))).toEqual([]);
    expect(ids(held.answered(1))).toEqual([5]);
    expect(held.add(piece(6))).toEqual([]);
    expect(ids(held.add(piece(7)))).toEqual([6, 7]);
  });

  test('leaves nothing behind: when everything sent is answered, everything held was sent', () => {
    const held = new HeldRequests();
    const sent = new Set<number>();
    const send = (requests: readonly PieceRequest[]) => ids(requests).forEach((id) => sent.add(id));
    for (let id = 1; id <= 48; id += 1) send(held.add(piece(id)));
    const answered = new Set<number>();
    for (const id of sent) {
      answered.add(id);
      send(held.answered(id));
    }
    expect(answered.size).toBe(48);
  });

  test('what is not bulk does not wait, takes along what does, and is not counted as work', () => {
    const held = new HeldRequests();
    for (let id = 1; id <= 9; id += 1) expect(ids(held.add(have(id)))).toEqual([id]);
    for (let id = 10; id <= 13; id += 1) held.add(piece(id));
    expect(held.add(piece(14))).toEqual([]);
    expect(ids(held.add(have(15)))).toEqual([14, 15]);
    expect(held.answered(15)).toEqual([]);
  });

  test('a frame holds no more than the wire allows', () => {
    const held = new HeldRequests();
    let largest = 0;
    for (let id = 1; id <= 300; id += 1) largest = Math.max(largest, held.add(piece(id)).length);
    expect(largest).toBe(PIECE_REQUESTS_PER_FRAME_MAX);
  });
});
