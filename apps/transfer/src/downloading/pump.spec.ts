/** What the pump does with pieces that come before anything can be compared with them. */
import { expect, test } from '@jest/globals';
import type { FileHash, PeerId } from '@iwanto/wire';
import type { Outcome } from '../sources/source-line.js';
import { Pump } from './pump.js';

const PIECE = 1_048_576;
const root = 'ab'.repeat(32) as FileHash;

/** A file of three pieces, the first byte of each is its number; sources that answer when they are made to. */
const newPump = () => {
  const asked: { source: string; first: number; settle: (outcome: Outcome) => void }[] = [];
  const written: number[] = [];
  const banned: string[] = [];
  let digests = false;
  const pump = new Pump({
    ...{ seed: 0, nowMs: () => 1_000, waitMsFor: () => 0 },
    sink: {
      wantedOf: ({ index }) => ({ ask: 'piece', root, first: index, count: 1 }),
      canJudge: () => digests,
      isRight: ({ index }, body) => body[0] === index,
      write: ({ index }) => void written.push(index),
      unitWhole: () => undefined,
    },
    onStarving: () => undefined,
    onDone: () => undefined,
    onPiece: () => undefined,
    onFailed: (cause) => expect(cause).toBeUndefined(),
    onMissing: () => undefined,
    onBan: (source) => void banned.push(source),
    onDrop: () => undefined,
  });
  pump.addFiles([{ bytes: 3 * PIECE, isHeldBack: true }]);
  pump.allAdded();
  pump.release(0, []);
  const add = (source: string) =>
    pump.addSource(
      source as PeerId,
      { ask: ({ first }, settle) => void asked.push({ source, first, settle }) },
      true,
    );
  /** The memory of an answer is used again as soon as it was taken. */
  const answer = (source: string, byte: number) => {
    const [open] = asked.splice(
      asked.findIndex((one) => one.source === source),
      1,
    );
    const body = new Uint8Array(PIECE).fill(byte);
    open?.settle({ type: 'data', body });
    body.fill(0xff);
  };
  const judge = () => {
    digests = true;
    pump.judge();
  };
  return { pump, asked, written, banned, add, answer, judge };
};

test('a first piece that comes before the digests is kept, and written when it can be judged', async () => {
  const { pump, asked, written, banned, add, answer, judge } = newPump();
  add('one');
  add('two');
  expect(asked.map(({ first }) => first)).toEqual([0, 1]);
  answer('one', 0);
  answer('two', 1);
  expect([written, asked]).toEqual([[], []]);
  judge();
  expect(written).toEqual([0, 1]);
  expect(banned).toEqual([]);
  await pump.stop();
});

test('HOSTILE 211: a wrong piece that comes before the digests is never written, and bans its source', async () => {
  const { pump, asked, written, banned, add, answer, judge } = newPump();
  add('liar');
  add('two');
  answer('liar', 7);
  answer('two', 1);
  judge();
  expect(banned).toEqual(['liar']);
  expect(written).toEqual([1]);
  pump.sourceHas('two' as PeerId, 'all');
  expect(asked.map(({ first }) => first).toSorted((a, b) => a - b)).toEqual([0, 2]);
  await pump.stop();
});
