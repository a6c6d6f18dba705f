/** Standing searches: what is new is found once, over restarts and changes of the tracker. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WantFound } from '@iwanto/bus';
import type { CatalogueEntry, FileHash, SearchAnswer, SearchResult } from '@iwanto/wire';
import { Additions } from '../tracking/additions.js';
import { isWanted, wordsOf } from './match.js';
import { Wants, type WantsOptions } from './wants.js';

const LIMIT_MS = 8_000;
let dir: string;
let tracker: Additions;
let present: CatalogueEntry[];
/** What members share with a group alone. */
let inGroups: CatalogueEntry[];
let found: { id: number; found: WantFound }[];
let started: unknown[];
let troubles: string[];
let heard: () => void;
let open: Wants[];

const entry = (path: string, seed: string): CatalogueEntry => {
  return { path, kind: 'file', hash: seed.padEnd(64, '0') as FileHash, size: 1 };
};
const share = (...entries: CatalogueEntry[]) => {
  present.push(...entries);
  tracker.note(entries);
};

const resultsOf = (entries: readonly CatalogueEntry[]) =>
  entries.map(({ path, ...rest }) => ({
    ...rest,
    name: path.split('/').at(-1),
    where: { folder: path.split('/').slice(0, -1).join('/') },
  })) as unknown as SearchResult[];

const ask = (async (verb: string, question: { id: string; since: number }) => {
  if (verb === 'added') return tracker.since(question.id, question.since);
  return { results: resultsOf(present) } as SearchAnswer;
}) as WantsOptions['ask'];

const openWants = () => {
  const wants = new Wants({
    ...{ path: join(dir, 'wants.json'), ask, dateMs: () => 7 },
    ...{ groupsEveryMs: 20, askGroups: async () => resultsOf(inGroups) },
    onTrouble: (sentence) => troubles.push(sentence),
    bus: {
      publish: (_, body) => {
        found.push(body as unknown as (typeof found)[number]);
        heard();
      },
      call: (async (_verb: string, question: unknown) => started.push(question)) as never,
    },
  });
  open.push(wants);
  return wants;
};

/** Waits until so many were found. */
const until = (count: number) =>
  new Promise<void>((done, late) => {
    const timer = setTimeout(() => late(new Error(`Only ${found.length} found.`)), LIMIT_MS);
    heard = () => {
      if (found.length < count) return;
      clearTimeout(timer);
      done();
    };
    heard();
  });
const names = () => found.map(({ id, found: { name } }) => `${id} ${name}`);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iwanto-wants-'));
  tracker = new Additions();
  [present, inGroups, found, started, troubles, open] = [[], [], [], [], [], []];
  heard = () => undefined;
});
afterEach(async () => {
  for (const wants of open) await wants.close();
  rmSync(dir, { recursive: true });
});

describe('a want', () => {
  test('finds what is new, not what is there, each content once', async () => {
    share(entry('films/Metropolis.mkv', 'a'));
    const wants = openWants();
    expect(await wants.add('metropolis', false)).toMatchObject({ id: 1, fitted: 1, found: [] });
    await wants.add('silicon valley s01', true);
    share(entry('a/Metropolis restored.mkv', 'b'), entry('b/Metropolis restored.mkv', 'b'));
    share(entry('tv/Silicon Valley/S01E02.mkv', 'c'), entry('tv/Silicon Valley/S02E01.mkv', 'd'));
    await until(2);
    expect(names()).toEqual(['1 Metropolis restored.mkv', '2 S01E02.mkv']);
    expect(started).toEqual([{ hash: entry('', 'c').hash, as: 'S01E02.mkv' }]);
  });

  test('finds what is new among what members share with a group alone, and fetches it', async () => {
    inGroups.push(entry('plans/plan A', 'a'));
    const wants = openWants();
    expect(await wants.add('plan', true)).toMatchObject({ fitted: 1 });
    await wants.add('budget', false);
    inGroups.push(entry('plans/plan B', 'b'), entry('money/budget', 'c'), entry('x/y', 'd'));
    await until(2);
    expect(names().sort()).toEqual(['1 plan B', '2 budget']);
    expect(started).toEqual([{ hash: entry('', 'b').hash, as: 'plan B' }]);
  });

  test('a thousand finds are reported in portions that a reader of the bus can take', async () => {
    const wants = openWants();
    await wants.add('lecture', false);
    let inARow = 0;
    const rows: number[] = [];
    const waitForAll = until(1_000);
    const count = heard;
    heard = () => {
      if (inARow === 0) setImmediate(() => rows.push(inARow) && (inARow = 0));
      inARow += 1;
      count();
    };
    share(
      ...Array.from({ length: 1_000 }, (_, at) =>
        entry(`x/lecture ${at}`, at.toString(16).padStart(4, '0')),
      ),
    );
    await waitForAll;
    expect(Math.max(...rows)).toBeLessThanOrEqual(64);
    expect(new Set(names()).size).toBe(1_000);
  });

  test('survives a restart and a change of the tracker, and reports what came in between', async () => {
    const first = openWants();
    await first.add('metropolis', false);
    share(entry('x/metropolis one', 'a'));
    await until(1);
    await first.close();
    share(entry('x/metropolis two', 'b'));
    const again = openWants();
    await until(2);
    tracker = new Additions();
    present.push(entry('x/metropolis three', 'c'));
    await until(3);
    expect(names()).toEqual(['1 metropolis one', '1 metropolis two', '1 metropolis three']);
    await again.remove(1);
    expect(again.list()).toEqual([]);
    await expect(again.remove(1)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  test('needs a word; wants that cannot be read are forgotten with a word to the log', async () => {
    writeFileSync(join(dir, 'wants.json'), '{');
    const wants = openWants();
    expect([wants.list(), troubles]).toEqual([[], [expect.stringContaining('are forgotten')]]);
    await expect(wants.add(' -- ', false)).rejects.toMatchObject({ code: 'E_BAD_REQUEST' });
  });

  test('100 wants find 1,000 new files within a second', async () => {
    const wants = openWants();
    for (let at = 0; at < 100; at += 1) await wants.add(`title${at} part`, false);
    const startedMs = performance.now();
    share(
      ...Array.from({ length: 1_000 }, (_, at) =>
        entry(`tv/Title${at % 100} Part ${at}.mkv`, `${at}`.padStart(8, '0')),
      ),
    );
    await until(1_000);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});

describe('what a want fits', () => {
  test.each([
    ['metropolis 1927', 'films/Fritz Lang/Metropolis (1927).mkv', true],
    ['amelie', 'Le Fabuleux Destin d’Amélie.mkv', true],
    ['metropolos', 'Metropolis.mkv', true],
    ['valley s01', 'Silicon Valley/S01E02.mkv', true],
    ['metropolis 1928', 'Metropolis (1927).mkv', false],
    ['dark knight', 'Dark Side.mp3', false],
    ['cat', 'car.txt', false],
  ])('%s and %s: %s', (want, path, fits) => expect(isWanted(wordsOf(want), path)).toBe(fits));
});

describe('additions', () => {
  test('are told in parts, and lost where too many came or another tracker is asked', () => {
    const many = Array.from({ length: 700 }, (_, at) => entry(`p/${at}`, `${at}`));
    tracker.note(many);
    const first = tracker.since(tracker.id, 0);
    expect([first.entries.length, first.next, first.lost]).toEqual([500, 500, false]);
    expect(tracker.since(tracker.id, first.next).entries).toHaveLength(200);
    expect(tracker.since('', 0)).toMatchObject({ lost: true, next: 700, entries: [] });
    for (let round = 0; round < 60; round += 1) tracker.note(many);
    expect(tracker.since(tracker.id, 700)).toMatchObject({ lost: true });
  });
});
