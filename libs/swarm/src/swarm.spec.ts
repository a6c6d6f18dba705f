/** One test per rule of the state machine, each with a clock that the test moves. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import { SWARM_LIMITS, Swarm, type SwarmInput, type SwarmOutput } from './index.js';

const PIECE = 1_048_576;

/** An input as a test writes it: the table knows the time, and any word is a peer. */
type Told<I> = I extends { source: PeerId }
  ? Omit<I, 'nowMs' | 'source'> & { source: string }
  : Omit<I, 'nowMs'>;

class Table {
  nowMs = 1_000;
  readonly swarm = new Swarm();

  tell(input: Told<SwarmInput>) {
    return this.swarm.step({ ...input, nowMs: this.nowMs } as SwarmInput);
  }
  file(pieces: number, have?: number[]) {
    return this.tell({
      type: 'filesAdded',
      files: [{ bytes: pieces * PIECE, ...(have && { have }) }],
    });
  }
  all() {
    return this.tell({ type: 'allAdded' });
  }
  source(source: string) {
    return this.tell({ type: 'sourceAdded', source });
  }
  ok(source: string, index: number, file = 0) {
    return this.tell({ type: 'pieceArrived', source, file, index, verdict: 'ok' });
  }
  bad(source: string, index: number) {
    return this.tell({ type: 'pieceArrived', source, file: 0, index, verdict: 'bad' });
  }
}

const asked = (outputs: SwarmOutput[], source?: string) =>
  outputs.flatMap((output) =>
    output.type === 'request' && (source ?? output.source) === output.source ? [output.index] : [],
  );
const types = (outputs: SwarmOutput[]) => outputs.map((output) => output.type);

describe('Swarm', () => {
  test('asks a new source for a first window, in order', () => {
    const table = new Table();
    table.file(20);
    expect(asked(table.source('a'))).toEqual([0, 1, 2, 3]);
  });

  test('asks for the next piece as soon as one arrives', () => {
    const table = new Table();
    table.file(20);
    table.source('a');
    expect(asked(table.ok('a', 0))).toEqual([4]);
  });

  test('is done when every piece is there and no more files come', () => {
    const table = new Table();
    table.file(1);
    table.source('a');
    expect(types(table.ok('a', 0))).toEqual(['fileDone']);
    expect(types(table.all())).toEqual(['done']);
  });

  test('takes an empty file as whole at once', () => {
    const table = new Table();
    expect(types(table.file(0))).toEqual(['fileDone']);
    expect(types(table.all())).toEqual(['done']);
  });

  test('never asks for what it has', () => {
    const table = new Table();
    table.file(4, [0, 2]);
    expect(asked(table.source('a'))).toEqual([1, 3]);
  });

  test('HOSTILE 40: bans the one source of a bad piece and asks another for it', () => {
    const table = new Table();
    table.file(4);
    table.source('a');
    const outputs = [...table.bad('a', 0), ...table.source('b')];
    expect(outputs).toContainEqual({ type: 'ban', source: 'a', reason: 'badPiece' });
    expect(asked(outputs, 'b')).toEqual([0, 1, 2, 3]);
    expect(asked(table.source('a'))).toEqual([]);
  });

  test('HOSTILE 41: a piece nobody was asked for earns nothing and harms nothing', () => {
    const table = new Table();
    table.file(30);
    table.source('a');
    expect(table.bad('a', 29)).toEqual([]);
    expect(table.ok('a', 99)).toEqual([]);
  });

  test('HOSTILE 42: moves the pieces of a source that is late and closes its line', () => {
    const table = new Table();
    table.file(3);
    table.source('a');
    table.nowMs += 128_001;
    expect(table.tell({ type: 'tick' })).toContainEqual({ type: 'drop', source: 'a' });
    expect(asked(table.source('b'))).toEqual([0, 1, 2]);
  });

  test('waits at least 10 s for a small piece', () => {
    const table = new Table();
    table.tell({ type: 'filesAdded', files: [{ bytes: 10 }] });
    table.source('a');
    table.nowMs += 9_999;
    expect(types(table.tell({ type: 'tick' }))).toEqual([]);
    table.nowMs += 2;
    expect(types(table.tell({ type: 'tick' }))).toEqual(['drop', 'starving']);
  });

  test('HOSTILE 43: asks elsewhere for what a lost source owed', () => {
    const table = new Table();
    table.file(4);
    table.source('a');
    table.source('b');
    expect(asked(table.tell({ type: 'sourceLost', source: 'a' }), 'b')).toEqual([0, 1, 2, 3]);
  });

  test('HOSTILE 44: stalls once without sources and goes on by itself with a new one', () => {
    const table = new Table();
    expect(types(table.file(1))).toEqual(['starving']);
    expect(types(table.tell({ type: 'tick' }))).toEqual([]);
    expect(types(table.source('a'))).toEqual(['request', 'starving']);
    expect(types(table.tell({ type: 'sourceLost', source: 'a' }))).toEqual(['starving']);
  });

  test('HOSTILE 45: never more requests than allowed at one source', () => {
    const table = new Table();
    table.tell({ type: 'filesAdded', files: Array.from({ length: 200 }, () => ({ bytes: 10 })) });
    expect(asked(table.source('a'))).toHaveLength(SWARM_LIMITS.requestsMax);
  });

  test('does not ask a source again for a file it refused, until some time later', () => {
    const table = new Table();
    table.file(2);
    table.source('a');
    table.tell({ type: 'refused', source: 'a', file: 0, index: 0, reason: 'changed' });
    const last = { type: 'refused', source: 'a', file: 0, index: 1, reason: 'changed' } as const;
    expect(types(table.tell(last))).toEqual(['starving']);
    table.nowMs += SWARM_LIMITS.refusedMs;
    expect(asked(table.tell({ type: 'tick' }))).toEqual([0, 1]);
  });

  test('leaves a busy source alone for longer each time', () => {
    const table = new Table();
    table.tell({ type: 'filesAdded', files: [{ bytes: 1 }] });
    table.source('a');
    const busy = { type: 'refused', source: 'a', file: 0, index: 0, reason: 'busy' } as const;
    for (const pauseMs of [200, 400, 800]) {
      expect(types(table.tell(busy))).toEqual([]);
      table.nowMs += pauseMs - 1;
      expect(asked(table.tell({ type: 'tick' }))).toEqual([]);
      table.nowMs += 1;
      expect(asked(table.tell({ type: 'tick' }))).toEqual([0]);
    }
  });

  test('bans a source after seven faults', () => {
    const table = new Table();
    table.file(1);
    table.source('a');
    const fault = {
      type: 'refused',
      source: 'a',
      file: 0,
      index: 0,
      reason: 'unexpected',
    } as const;
    const seen: string[] = [];
    for (let round = 0; round < 7; round += 1) {
      seen.push(...types(table.tell(fault)));
      table.nowMs += SWARM_LIMITS.busyMsMax;
      table.tell({ type: 'tick' });
    }
    expect(seen.filter((type) => type === 'ban')).toHaveLength(1);
    expect(types(table.source('a'))).toEqual([]);
  });

  test('shares the first requests evenly among the sources', () => {
    const table = new Table();
    table.source('a');
    table.source('b');
    const outputs = table.file(8);
    expect(asked(outputs, 'a')).toHaveLength(4);
    expect(asked(outputs, 'b')).toHaveLength(4);
  });

  test('end game: asks a fast idle source for what a silent one owes', () => {
    const table = new Table();
    table.file(12);
    table.all();
    table.source('fast');
    for (let index = 0; index < 4; index += 1) {
      table.nowMs += 40;
      table.ok('fast', index);
    }
    const owed = asked(table.source('silent'));
    expect(owed.length).toBeGreaterThan(0);
    const seen: number[] = [];
    for (let index = 4; index < 12; index += 1) {
      if (owed.includes(index)) continue;
      table.nowMs += 40;
      seen.push(...asked(table.ok('fast', index), 'fast'));
    }
    table.nowMs += 2_000;
    seen.push(...asked(table.tell({ type: 'tick' }), 'fast'));
    expect([...seen].sort((one, other) => one - other)).toEqual(expect.arrayContaining(owed));
    for (const index of owed) table.ok('fast', index);
    expect(table.swarm.wants({ file: 0, index: owed[0] ?? 0 })).toBe(false);
  });

  test('counts a piece that was written after its source was lost', () => {
    const table = new Table();
    table.file(1);
    table.all();
    table.source('a');
    table.tell({ type: 'sourceLost', source: 'a' });
    expect(types(table.ok('a', 0))).toEqual(['fileDone', 'done']);
  });
});
