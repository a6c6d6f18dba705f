import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import { UploadLog } from './upload-log.js';

const peer = 'cd'.repeat(10) as PeerId;
const root = 'ab'.repeat(32) as FileHash;

describe('the log of uploads', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('names each peer once when it begins, and once with the sum when it ends', () => {
    const lines: string[] = [];
    const log = new UploadLog({ nowMs: () => Date.now(), info: (line) => lines.push(line) });
    log.sent(peer, root, 1_000);
    jest.advanceTimersByTime(3_000);
    log.sent(peer, root, 500);
    expect(lines).toEqual([`Peer ${peer} started to fetch ${root}.`]);
    jest.advanceTimersByTime(30_000);
    expect(lines).toEqual([
      `Peer ${peer} started to fetch ${root}.`,
      `Peer ${peer} was sent 1500 bytes of ${root} in 3.0 s.`,
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('ends what is under way when the service stops', () => {
    const lines: string[] = [];
    const log = new UploadLog({ nowMs: () => Date.now(), info: (line) => lines.push(line) });
    log.sent(peer, root, 7);
    log.close();
    expect(lines[1]).toBe(`Peer ${peer} was sent 7 bytes of ${root} in 0.0 s.`);
    expect(jest.getTimerCount()).toBe(0);
  });
});
