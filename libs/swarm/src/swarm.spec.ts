/** One test per rule of the state machine, each with a clock that the test moves. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import {
  SWARM_LIMITS,
  Swarm,
  type SwarmInput,
  type SwarmOptions,
  type SwarmOutput,
} from './index.js';

const PIECE = 1_048_576;

/** An input as a test writes it: the table supplies the time, and any word is a peer. */
type Told<I> = I extends { source: PeerId }
  ? Omit<I, 'nowMs' | 'source'> & { source: string }
  : Omit<I, 'nowMs'>;

class Table {
  nowMs = 1_000;
  readonly swarm: Swarm;

  constructor(options: SwarmOptions = {}) {
    this.swarm = new Swarm(options);
  }

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
  /** A source that has delivered before, and its window. */
  proved(source: string, pieces: number) {
    this.file(pieces);
    this.source(source);
    return this.ok(source, 0);
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
  test('asks a new source for one piece, and for a window once it delivered', () => {
    const table = new Table();
    table.file(20);
    expect(asked(table.source('a'))).toEqual([0]);
    expect(asked(table.ok('a', 0))).toEqual([1, 2, 3, 4]);
  });

  test('asks for the next piece as soon as one arrives', () => {
    const table = new Table();
    table.proved('a', 20);
    expect(asked(table.ok('a', 1))).toEqual([5]);
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
    expect(asked([...table.source('a'), ...table.ok('a', 1)])).toEqual([1, 3]);
  });

  test('HOSTILE 40: bans the one source of a bad piece and asks another for it', () => {
    const table = new Table();
    table.file(4);
    table.source('a');
    const outputs = [...table.bad('a', 0), ...table.source('b')];
    expect(outputs).toContainEqual({ type: 'ban', source: 'a', reason: 'badPiece' });
    expect(asked([...outputs, ...table.ok('b', 0)], 'b')).toEqual([0, 1, 2, 3]);
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
    expect(asked([...table.source('b'), ...table.ok('b', 0)])).toEqual([0, 1, 2]);
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
    table.proved('a', 5);
    table.source('b');
    const outputs = table.tell({ type: 'sourceLost', source: 'a' });
    expect(asked([...outputs, ...table.ok('b', 1)], 'b')).toEqual([1, 2, 3, 4]);
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
    table.source('a');
    expect(asked(table.ok('a', 0, 0))).toHaveLength(SWARM_LIMITS.requestsMax);
  });

  test('does not ask a source again for a file it refused, until some time later', () => {
    const table = new Table();
    table.proved('a', 3);
    table.tell({ type: 'refused', source: 'a', file: 0, index: 2, reason: 'changed' });
    const last = { type: 'refused', source: 'a', file: 0, index: 1, reason: 'changed' } as const;
    expect(types(table.tell(last))).toEqual(['starving']);
    table.nowMs += SWARM_LIMITS.refusedMs;
    expect(asked(table.tell({ type: 'tick' }))).toEqual([1, 2]);
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
    expect(asked(outputs, 'a')).toHaveLength(1);
    expect(asked(outputs, 'b')).toHaveLength(1);
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

  test('of what peers that still download have, the rarest is asked for first, and only what each has', () => {
    const table = new Table();
    table.tell({ type: 'sourceAdded', source: 'one', isPartial: true });
    table.tell({ type: 'sourceAdded', source: 'two', isPartial: true });
    expect(asked(table.file(6))).toEqual([]);
    table.tell({ type: 'sourceHas', source: 'two', pieces: [2, 3] });
    expect(asked(table.tell({ type: 'sourceHas', source: 'one', pieces: [1, 2, 3] }))).toEqual([1]);
    expect(asked(table.tell({ type: 'sourceHas', source: 'one', pieces: [5] }))).toEqual([]);
    expect(asked(table.ok('one', 1))).toEqual([5, 3]);
    expect(asked(table.source('seed'))).toEqual([0]);
    expect(asked(table.tell({ type: 'sourceHas', source: 'two', pieces: 'all' }))).toEqual([]);
    expect(asked(table.ok('two', 2), 'two')).toContain(4);
  });

  test('who probably has everything is asked for one piece before saying so, and a wrong guess costs it nothing', () => {
    const table = new Table();
    table.file(6);
    const guess = { type: 'sourceAdded', isPartial: true, probablyAll: true } as const;
    expect(asked(table.tell({ ...guess, source: 'one' }))).toEqual([0]);
    expect(asked(table.tell({ ...guess, source: 'two' }))).toEqual([1]);
    const busy = { type: 'refused', source: 'one', file: 0, index: 0, reason: 'busy' } as const;
    expect(asked(table.tell(busy))).toEqual([]);
    expect(asked(table.tell({ type: 'sourceHas', source: 'one', pieces: [5] }))).toEqual([5]);
    expect(asked(table.ok('two', 1), 'two')).toEqual([]);
    const said = table.tell({ type: 'sourceHas', source: 'two', pieces: 'all' });
    expect(asked(said).toSorted((a, b) => a - b)).toEqual([0, 2, 3, 4]);
  });

  test('many who begin together begin at different pieces', () => {
    const first = (seed: number) => {
      const swarm = new Swarm({ seed });
      swarm.step({ type: 'filesAdded', nowMs: 0, files: [{ bytes: 1_000 * PIECE }] });
      return asked(swarm.step({ type: 'sourceAdded', nowMs: 0, source: 'a' as PeerId }))[0];
    };
    expect(new Set([11, 222, 3_333, 44_444].map(first)).size).toBe(4);
  });

  test('asks for nothing of a file that is held back, and for the rest when it is released', () => {
    const table = new Table();
    table.source('a');
    const files = [{ bytes: 3 * PIECE, isHeldBack: true }, { bytes: 1 }];
    const outputs = table.tell({ type: 'filesAdded', files });
    expect(outputs).toMatchObject([{ type: 'request', file: 1 }]);
    expect(asked(table.ok('a', 0, 1))).toEqual([]);
    expect(asked(table.tell({ type: 'fileReleased', file: 0, have: [1] }))).toEqual([0, 2]);
    expect(table.tell({ type: 'filesAdded', files: [] })).toEqual([]);
  });

  test('what somebody waits for comes first, in the order given', () => {
    const table = new Table();
    table.proved('a', 30);
    table.tell({ type: 'hurry', pieces: [20, 10, 0, 11] });
    expect(asked(table.ok('a', 1))).toEqual([20]);
    expect(asked(table.ok('a', 2))).toEqual([10]);
    expect(asked(table.ok('a', 20))).toEqual([11]);
    expect(asked(table.ok('a', 10))).toEqual([12]);
  });

  test('a source that never delivered holds one piece, and loses it soon where others have shown what is usual', () => {
    const table = new Table();
    table.file(9);
    table.all();
    table.source('honest');
    table.nowMs += 10;
    table.ok('honest', 0);
    expect(asked(table.source('silent'))).toHaveLength(1);
    table.nowMs += SWARM_LIMITS.unprovedDeadlineMsMin + 1;
    const late = table.tell({ type: 'tick' });
    expect(late).toContainEqual({ type: 'drop', source: 'silent' });
    expect(types(late)).not.toContain('ban');
  });

  test('HOSTILE 42: one piece that only silent peers are asked for reaches the honest one within two seconds', () => {
    const table = new Table();
    table.tell({ type: 'filesAdded', files: [{ bytes: 500_000 }] });
    table.all();
    for (let at = 0; at < 31; at += 1) table.source(`silent${at}`);
    const seen = asked(table.source('honest'), 'honest');
    for (let waited = 0; waited < 2_000; waited += 100) {
      table.nowMs += 100;
      seen.push(...asked(table.tell({ type: 'tick' }), 'honest'));
    }
    expect(seen).toEqual([0]);
  });

  test('no more bytes are asked for than the limit, and a lost source owes none of them', () => {
    const table = new Table({ limits: { ...SWARM_LIMITS, bytesInFlightMax: 3 * PIECE } });
    const seen = asked([...table.file(20), ...table.source('a'), ...table.ok('a', 0)]);
    expect(seen).toEqual([0, 1, 2, 3]);
    // One request is always allowed to an idle source.
    expect(asked([...table.source('b'), ...table.ok('b', 4)])).toEqual([4, 5]);
    const lost = table.tell({ type: 'sourceLost', source: 'a' });
    expect(asked(lost, 'b')).toHaveLength(2);
  });

  test('a source that goes silent is asked for less afterwards', () => {
    const table = new Table();
    table.file(400);
    table.source('a');
    /** Answers in order, one each 10 ms: some 100 MB/s. */
    let next = 0;
    let open = 1;
    const answer = () => {
      table.nowMs += 10;
      open += asked(table.ok('a', next)).length - 1;
      next += 1;
    };
    while (next < 100) answer();
    const before = open;
    for (let ticks = 0; ticks < 10; ticks += 1) {
      table.nowMs += 250;
      table.tell({ type: 'tick' });
    }
    answer();
    expect(open).toBeLessThan(before);
    expect(asked(table.ok('a', next))).toEqual([]);
  });

  test('HOSTILE 42: those who never delivered cannot keep the last piece from one who did', () => {
    const table = new Table();
    table.file(2);
    table.all();
    for (let at = 0; at < 16; at += 1) table.source(`silent${at}`);
    for (let waited = 0; waited < 2_000; waited += 100) {
      table.nowMs += 100;
      table.tell({ type: 'tick' });
    }
    const [first] = asked(table.source('honest'), 'honest');
    expect([0, 1]).toContain(first);
    table.nowMs += 100;
    expect(asked(table.ok('honest', first!), 'honest')).toEqual([1 - first!]);
  });

  test('a forged line costs its source trust, and a seventh one the ban', () => {
    const table = new Table();
    table.file(3);
    const seen = Array.from({ length: 7 }, () => {
      table.source('a');
      return types(table.tell({ type: 'sourceLost', source: 'a', isForged: true }));
    });
    expect(seen.flat().filter((type) => type === 'ban')).toHaveLength(1);
    expect(asked(table.source('a'))).toEqual([]);
  });

  test('reading: asks for nothing that nobody waits for, and starves only for that', () => {
    const table = new Table({ isOnDemand: true });
    expect(types(table.file(30))).toEqual([]);
    expect(asked(table.source('a'))).toEqual([]);
    expect(asked(table.tell({ type: 'hurry', pieces: [7, 8] }))).toEqual([7]);
    expect(asked(table.ok('a', 7))).toEqual([8]);
    expect(types(table.tell({ type: 'sourceLost', source: 'a' }))).toEqual(['starving']);
    expect(types(table.tell({ type: 'hurry', pieces: [] }))).toEqual(['starving']);
  });

  test('reading: a piece that was let go of is asked for again when somebody waits for it', () => {
    const table = new Table({ isOnDemand: true });
    table.file(30);
    table.source('a');
    table.tell({ type: 'hurry', pieces: [7] });
    table.ok('a', 7);
    expect(asked(table.tell({ type: 'hurry', pieces: [7] }))).toEqual([]);
    table.tell({ type: 'hurry', pieces: [] });
    expect(asked(table.tell({ type: 'piecesForgotten', pieces: [7] }))).toEqual([]);
    expect(asked(table.tell({ type: 'hurry', pieces: [7] }))).toEqual([7]);
  });

  test('a piece that is needed next is not asked of a slow source while a fast one would bring it sooner', () => {
    const table = new Table({ isOnDemand: true });
    table.file(900);
    table.source('fast');
    for (let piece = 100; piece < 140; piece += 1) {
      table.tell({ type: 'hurry', pieces: [piece] });
      table.nowMs += 10;
      table.ok('fast', piece);
    }
    table.tell({ type: 'hurry', pieces: Array.from({ length: 40 }, (_, at) => at) });
    const late = asked(table.source('slow'), 'slow');
    expect(late).toHaveLength(1);
    expect(late[0]).toBeGreaterThan(2);
  });

  test('a piece that somebody waits for is asked for twice when its source goes silent, whatever else is missing', () => {
    const table = new Table();
    table.proved('a', 300);
    table.tell({ type: 'hurry', pieces: [200] });
    expect(asked(table.ok('a', 1))).toEqual([200]);
    const [first = -1] = asked(table.source('b'), 'b');
    const open = [...asked(table.ok('b', first), 'b')];
    const seen: number[] = [];
    for (let waitedMs = 0; waitedMs < 3_000; waitedMs += 100) {
      table.nowMs += 100;
      const next = asked(table.ok('b', open.shift() ?? -1), 'b');
      open.push(...next);
      seen.push(...next);
    }
    expect(seen.filter((piece) => piece === 200)).toHaveLength(1);
  });

  test('two who download from the same holder ask it for different pieces, and for hardly any of the other', () => {
    const [one, other] = ['0a'.repeat(10), 'f0'.repeat(10)];
    const askedBy = (self: string, fellow: string) => {
      const table = new Table({ self: self as PeerId, seed: 5 });
      table.file(40);
      table.tell({ type: 'sourceAdded', source: fellow, isPartial: true });
      table.tell({ type: 'sourceHas', source: fellow, pieces: [] });
      let open = asked(table.source('seed'), 'seed');
      const seen = [...open];
      for (let nth = 0; nth < 15; nth += 1) {
        table.nowMs += 10;
        const next = asked(table.ok('seed', open.shift() ?? -1), 'seed');
        open = [...open, ...next];
        seen.push(...next);
      }
      return new Set(seen);
    };
    const [mine, theirs] = [askedBy(one, other), askedBy(other, one)];
    const both = [...mine].filter((piece) => theirs.has(piece));
    expect(mine.size).toBeGreaterThanOrEqual(15);
    expect(both.length).toBeLessThanOrEqual(4);
  });
});
