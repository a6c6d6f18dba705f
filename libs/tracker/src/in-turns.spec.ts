/** Searches and announcements do a little at a time: the work of each turn is counted, not its time. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Announcement,
  type CatalogId,
  type CatalogueEntry,
  type FileHash,
  type PeerId,
  TURN_STEPS_MAX,
  type WorkTurns,
} from '@iwanto/wire';
import { Tracker } from './tracker.js';

const ANNE = 'a'.repeat(20) as PeerId;
const PART_ENTRIES = 2_000;
const NAMES = 24_000;
/** What is begun in a turn is ended in it: one name, with all who have it. */
const STEPS_MAX = TURN_STEPS_MAX * 1.1;

const entryOf = (at: number): CatalogueEntry => {
  const word = Number(at)
    .toString(7)
    .replaceAll(/\d/g, (digit) => 'abcdefg'[Number(digit)] ?? '');
  return {
    path: `the films/of ${at % 300}/the story of ${word} part ${at % 50}.mkv`,
    ...{ kind: 'file', size: at, modifiedMs: at * 1_000 },
    hash: at.toString(16).padStart(8, '0').repeat(8) as FileHash,
  };
};

const partFrom = (since: number): Announcement => ({
  ...{ peer: ANNE, catalogId: '1'.repeat(16) as CatalogId, since, gone: [] },
  ...{ revision: since + PART_ENTRIES, more: true },
  entries: Array.from({ length: PART_ENTRIES }, (_, at) => entryOf(since + at)),
});

/** The steps of each turn, and what comes out. */
function counted<T>(turns: WorkTurns<T>): { steps: number[]; result: T } {
  const steps: number[] = [];
  for (;;) {
    const turn = turns.next();
    if (turn.done) return { steps, result: turn.value };
    steps.push(turn.value);
  }
}

const tracker = new Tracker({ seed: 7 });
beforeAll(() => {
  for (let since = 0; since < NAMES; since += PART_ENTRIES)
    tracker.applyAnnouncement(partFrom(since), 0);
});

describe('a search in turns', () => {
  test.each([
    ['words that every name has', 'the story of', {}],
    ['a phrase of them', '"story of"', {}],
    ['a word that all but one have not', 'story -part', {}],
    ['a pattern for very many words', '*a*', {}],
    ['a misspelt word', 'abcdfeg stroy', {}],
    ['nothing that is there', 'xylophone quartet', {}],
    ['no words at all', 'type:video', {}],
    ['very many names in order', 'story', { sort: 'name' as const }],
  ])('never does much in one: %s', (_, query, options) => {
    const { steps, result } = counted(tracker.searching(query, 500, options));
    expect(Math.max(...steps)).toBeLessThan(STEPS_MAX);
    expect(result).toEqual(tracker.search(query, 500, options));
  });

  test('takes many turns where there is much to do, and the results come in order', () => {
    const { steps, result } = counted(tracker.searching('story', 3_000, { sort: 'name' }));
    expect(steps.length).toBeGreaterThan(30);
    const names = result.results.map(({ name }) => name);
    const sorted = names.toSorted(new Intl.Collator('en', { numeric: true }).compare);
    expect(names).toEqual(sorted);
  });

  test('that is given up leaves nothing behind', () => {
    const before = tracker.search('the story of abcd', 20);
    const abandoned = tracker.searching('story part 12 aaa', 20);
    for (let turn = 0; turn < 12; turn += 1) abandoned.next();
    expect(tracker.search('the story of abcd', 20)).toEqual(before);
  });
});

test('a whole hash is looked up; only for a beginning are all contents examined, in turns', () => {
  const { hash } = entryOf(12_345);
  const whole = counted(tracker.locating(hash));
  expect(whole.steps).toEqual([]);
  const beginning = counted(tracker.locating(hash.slice(0, 60)));
  expect(Math.max(...beginning.steps)).toBeLessThan(STEPS_MAX);
  expect(beginning.steps.length).toBeGreaterThan(1);
  expect(whole.result.name).toBe(entryOf(12_345).path.split('/').at(-1));
});

describe('an announcement in turns', () => {
  test('never takes in many lines in one', () => {
    const other = new Tracker();
    const { steps, result } = counted(other.applying(partFrom(0), 0));
    expect(Math.max(...steps)).toBeLessThan(STEPS_MAX);
    expect(steps.length).toBeGreaterThan(PART_ENTRIES / 100);
    expect(result.revision).toBe(PART_ENTRIES);
  });

  test('of a peer that is forgotten between two turns leaves nothing behind', () => {
    const other = new Tracker();
    const applying = other.applying(partFrom(0), 0);
    applying.next();
    expect(other.search('story', 1).total).toBeGreaterThan(0);
    other.dropPeer(ANNE);
    expect(counted(applying).result).toEqual({ catalogId: null, revision: 0 });
    while (other.tend(1_000));
    expect(other.search('story', 1).total).toBe(0);
    expect(() => other.locate(entryOf(PART_ENTRIES - 1).hash)).toThrow('No peer that is present');
  });
});

test('HOSTILE 215: a pattern with many stars is compared with a word in one pass', () => {
  const other = new Tracker();
  const path = `${'a'.repeat(60)}.txt`;
  other.applyAnnouncement({ ...partFrom(0), entries: [{ ...entryOf(1), path }] }, 0);
  const found = (query: string) => other.search(query, 5).results.map(({ name }) => name);
  expect(found(`${'a*'.repeat(25)}b`)).toEqual([]);
  expect(found(`${'a*'.repeat(25)}a`)).toEqual([path]);
  expect(found(`${'aa*'.repeat(30)}a`)).toEqual([]);
  expect(found('*aaa*')).toEqual([path]);
});
