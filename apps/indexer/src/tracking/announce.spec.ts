/** One tracker kept in step with the catalogue, on a clock that the test controls. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Held } from '@iwanto/tracker';
import { type CatalogId, type CatalogueEntry, Failure, type FileHash } from '@iwanto/wire';
import {
  ANNOUNCE_AT_ONCE_MAX,
  ANNOUNCE_INTERVAL_MS,
  Announcer,
  CHECK_INTERVAL_MS,
  GATHER_MS,
  type Changes,
  FIRST_PART_ENTRIES,
  PART_ENTRIES_MAX,
} from './announce.js';

const catalogId = '1'.repeat(16) as CatalogId;
const NOT_HELD: Held = { catalogId: null, revision: 0 };
const entry = (path: string): CatalogueEntry => {
  return { path, kind: 'file', hash: 'a'.repeat(64) as FileHash, size: 1 };
};

/** A log in which each revision adds one path, and a tracker that takes in what fits. */
const setUp = (pathOf: (at: number) => string = (at) => `a/${at}`) => {
  let revision = 0;
  let held: Held = NOT_HELD;
  let leftOut: number | undefined;
  let broken: Failure | undefined;
  const told: Changes[] = [];
  const troubles: string[] = [];
  const catalogue = {
    catalogId,
    changesSince: (since: number, limit: number): Changes => {
      const to = Math.min(revision, since + limit);
      const entries = Array.from({ length: to - since }, (_, at) => entry(pathOf(since + at)));
      return { catalogId, since, revision: to, more: to < revision, entries, gone: [] };
    },
  };
  const announced = jest.fn(async () => {
    if (broken) throw broken;
    return held;
  });
  const announce = async (changes: Changes) => {
    if (broken) throw broken;
    told.push(changes);
    held = { catalogId, revision: changes.revision, leftOut };
    return held;
  };
  const announcer = new Announcer({
    target: { announced, announce },
    catalogue,
    nowMs: () => performance.now(),
    onTrouble: (sentence) => troubles.push(sentence),
  });
  return {
    ...{ announcer, announced, told, troubles },
    change: (by = 1) => {
      revision += by;
      announcer.changed();
    },
    forget: () => (held = NOT_HELD),
    leaveOut: (entries?: number) => (leftOut = entries),
    breakWith: (failure?: Failure) => (broken = failure),
    revisions: () => told.map((changes) => changes.revision),
  };
};

describe('the announcer', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('tells a tracker even that nothing is shared, once', async () => {
    const { announcer, revisions } = setUp();
    await pass(CHECK_INTERVAL_MS * 3);
    announcer.stop();
    expect(revisions()).toEqual([0]);
  });

  test('tells the first change at once', async () => {
    const { announcer, change, revisions } = setUp();
    await pass(1_000);
    change();
    await pass(GATHER_MS);
    announcer.stop();
    expect(revisions()).toEqual([0, 1]);
  });

  test('knows for how many entries the tracker has no room', async () => {
    const { announcer, change, leaveOut } = setUp();
    for (const [leftOut, known] of [
      [3, 3],
      [1, 1],
      [undefined, 0],
    ] as const) {
      leaveOut(leftOut);
      change();
      await pass(ANNOUNCE_INTERVAL_MS);
      expect(announcer.leftOut).toBe(known);
    }
    announcer.stop();
  });

  test('puts a file and the folders above it into one telling', async () => {
    const { announcer, change, revisions } = setUp();
    await pass(1_000);
    change();
    await pass(1);
    change();
    await pass(GATHER_MS);
    announcer.stop();
    expect(revisions()).toEqual([0, 2]);
  });

  test('HOSTILE 57: puts a thousand changes a second together to two', async () => {
    const { announcer, change, told } = setUp();
    await pass(1_000);
    const before = told.length;
    // Changes without a pause are announced all the same.
    for (let at = 0; at < 3_000; at += 1) {
      change();
      await pass(1);
    }
    expect(told.length - before).toBeGreaterThan(5);
    await pass(ANNOUNCE_INTERVAL_MS);
    announcer.stop();
    // Two per second plus the burst allowance; the parts of one announcement count once.
    const tellings = told.slice(before).filter(({ more }) => !more);
    expect(tellings.length).toBeLessThanOrEqual(
      3_500 / ANNOUNCE_INTERVAL_MS + ANNOUNCE_AT_ONCE_MAX,
    );
    expect(told.at(-1)?.revision).toBe(3_000);
  });

  test('tells a large catalogue in parts, one after the other, the first ones small', async () => {
    const { announcer, change, told } = setUp();
    change(PART_ENTRIES_MAX * 2 + 5);
    await pass(ANNOUNCE_INTERVAL_MS);
    announcer.stop();
    expect(told.map(({ revision, more }) => [revision, more])).toEqual([
      [FIRST_PART_ENTRIES, true],
      [FIRST_PART_ENTRIES * 3, true],
      [FIRST_PART_ENTRIES * 7, true],
      [PART_ENTRIES_MAX * 2 + 5, false],
    ]);
    expect(told.at(-1)?.revision).toBe(PART_ENTRIES_MAX * 2 + 5);
  });

  test('announces with the next part what has little to announce, the later word on a path last', async () => {
    const told: Changes[] = [];
    const none = { catalogId, entries: [], gone: [] };
    /** Thousands of directories without a root, a file that comes, goes, and comes back; one that goes. */
    const parts: Changes[] = [
      ...Array.from({ length: 12 }, (_, at) => {
        return { ...none, since: at * 500, revision: at * 500 + 500, more: true };
      }),
      { ...none, since: 6_000, revision: 6_001, more: true, entries: [entry('a'), entry('b')] },
      { ...none, since: 6_001, revision: 6_002, more: true, gone: ['a', 'b'] },
      { ...none, since: 6_002, revision: 6_003, more: false, entries: [entry('a')] },
    ];
    let held: Held = NOT_HELD;
    const announcer = new Announcer({
      target: {
        announced: async () => held,
        announce: async (changes) => {
          told.push(changes);
          return (held = { catalogId, revision: changes.revision });
        },
      },
      catalogue: {
        catalogId,
        changesSince: (revision) => parts.find(({ since }) => since === revision)!,
      },
      nowMs: () => performance.now(),
      onTrouble: () => undefined,
    });
    await pass(1_000);
    announcer.stop();
    expect(told).toEqual([
      {
        ...{ catalogId, since: 0, revision: 6_003, more: false },
        ...{ entries: [entry('a')], gone: ['a', 'b'] },
      },
    ]);
  });

  test('makes parts smaller where paths are long', async () => {
    const { announcer, change, told } = setUp((at) => `${'x'.repeat(3_000)}/${at}`);
    change(PART_ENTRIES_MAX);
    await pass(ANNOUNCE_INTERVAL_MS);
    announcer.stop();
    for (const part of told) expect(JSON.stringify(part).length).toBeLessThan(1_048_576);
    expect(told.at(-1)?.revision).toBe(PART_ENTRIES_MAX);
  });

  test('tells everything again to a tracker that forgot', async () => {
    const { announcer, change, forget, revisions } = setUp();
    change(3);
    await pass(ANNOUNCE_INTERVAL_MS);
    forget();
    await pass(CHECK_INTERVAL_MS);
    announcer.stop();
    expect(revisions().slice(-2)).toEqual([3, 3]);
  });

  test('sends nothing where everything is held: equal revisions cost one question', async () => {
    const { announcer, change, announced, revisions } = setUp();
    change(3);
    await pass(ANNOUNCE_INTERVAL_MS);
    const tellings = revisions().length;
    announcer.unsure();
    await pass(ANNOUNCE_INTERVAL_MS);
    announcer.stop();
    expect(revisions()).toHaveLength(tellings);
    expect(announced.mock.calls.length).toBeGreaterThan(1);
  });

  test('tries again after a failure, and tells only of those that an election does not mend', async () => {
    const { announcer, change, breakWith, revisions, troubles } = setUp();
    await pass(1_000);
    breakWith(new Failure('E_NOT_RUNNING', 'gone'));
    change();
    await pass(3_000);
    expect(troubles).toEqual([]);
    breakWith(new Failure('E_BAD_REQUEST', 'no'));
    await pass(3_000);
    expect(troubles.length).toBeGreaterThan(0);
    breakWith(undefined);
    await pass(3_000);
    announcer.stop();
    expect(revisions()).toEqual([0, 1]);
  });
});
