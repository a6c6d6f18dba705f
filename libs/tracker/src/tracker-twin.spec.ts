/** The tracker against a slow, obvious twin: any mix of changes, gaps, replays, leaves and idle moments. */
import { expect, test } from '@jest/globals';
import type { Announcement, CatalogId, CatalogueEntry, FileHash, PeerId } from '@iwanto/wire';
import fc from 'fast-check';
import { Tracker } from './tracker.js';

const PEERS = ['a', 'b', 'c'].map((letter) => letter.repeat(20) as PeerId);
const CATALOGUES = ['1', '2'].map((digit) => digit.repeat(16) as CatalogId);
/** Words that share no shapes, so that a search for one finds nothing of another. */
const WORDS = ['falcon', 'mountie', 'bgrx', 'zypolk', 'quwend', '東京', 'ørsted'];
const FOLDERS = ['9/8', '7', '9', '6/5/4'];
const HASHES = ['00000000aa', '00000000bb', '11', '22'].map(
  (start) => start.padEnd(64, '0') as FileHash,
);

interface Book {
  catalogId: CatalogId;
  revision: number;
  entries: Map<string, CatalogueEntry>;
}

class Twin {
  readonly books = new Map<PeerId, Book>();
  readonly left = new Map<PeerId, Book>();

  leave(peer: PeerId): void {
    const book = this.books.get(peer);
    if (book) this.left.set(peer, book);
    this.books.delete(peer);
  }

  comeBack(peer: PeerId): void {
    const book = this.left.get(peer);
    if (book) this.books.set(peer, book);
    this.left.delete(peer);
  }

  /** What departed peers had under that name, and nobody has now. */
  seenBefore(name: string): Set<string> {
    const entriesOf = (books: Map<PeerId, Book>) =>
      [...books.values()].flatMap(({ entries }) => [...entries.values()]);
    const here = new Set(entriesOf(this.books).map(key));
    const named = entriesOf(this.left).filter(({ path }) => path.endsWith(`/${name}`));
    return new Set(named.map(key).filter((one) => !here.has(one)));
  }

  apply({ peer, catalogId, since, revision, entries, gone }: Announcement): void {
    this.comeBack(peer);
    const known = this.books.get(peer);
    const isSame = known?.catalogId === catalogId;
    if (isSame ? since > known.revision || revision <= known.revision : since > 0) return;
    const keeps = isSame && !(since === 0 && known.revision > 0);
    const lines = keeps ? known.entries : new Map<string, CatalogueEntry>();
    for (const path of gone) lines.delete(path);
    for (const entry of entries) lines.set(entry.path, entry);
    this.books.set(peer, { catalogId, revision, entries: lines });
  }

  /** `hash kind size` of everything with that name, and how many peers have it. */
  named(name: string): Map<string, number> {
    const held = new Map<string, Set<PeerId>>();
    for (const [peer, { entries }] of this.books) {
      for (const { hash, kind, size } of entries.values()) {
        const key = `${hash} ${kind} ${size}`;
        held.set(key, (held.get(key) ?? new Set()).add(peer));
      }
    }
    const found = new Map<string, number>();
    for (const { entries } of this.books.values()) {
      for (const { path, hash, kind, size } of entries.values()) {
        const key = `${hash} ${kind} ${size}`;
        if (path.endsWith(`/${name}`)) found.set(key, held.get(key)?.size ?? 0);
      }
    }
    return found;
  }

  holders(hash: FileHash): PeerId[][] {
    const bySize = new Map<string, Set<PeerId>>();
    for (const [peer, { entries }] of this.books) {
      for (const entry of entries.values()) {
        if (entry.hash !== hash) continue;
        const key = `${entry.kind} ${entry.size}`;
        bySize.set(key, (bySize.get(key) ?? new Set()).add(peer));
      }
    }
    return [...bySize.values()].map((peers) => [...peers].sort());
  }
}

const path = fc
  .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...WORDS))
  .map(([folder, word]) => `${folder}/${word}`);
const entry = fc.record({
  path,
  kind: fc.constantFrom('file' as const, 'directory' as const),
  hash: fc.constantFrom(...HASHES),
  size: fc.constantFrom(1, 2),
});
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('announce' as const),
      peer: fc.constantFrom(...PEERS),
      catalogId: fc.constantFrom(...CATALOGUES),
      /** Where the change begins, relative to what is held: 0 fits, less overlaps, more is a gap. */
      from: fc.constantFrom(0, 0, 0, 0, -1, 1, -100),
      revisions: fc.integer({ min: 0, max: 3 }),
      more: fc.boolean(),
      entries: fc.array(entry, { maxLength: 6 }),
      gone: fc.array(path, { maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('drop' as const, 'leave' as const, 'back' as const),
      peer: fc.constantFrom(...PEERS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('tend' as const),
      steps: fc.integer({ min: 1, max: 40 }),
    }),
  },
);

const key = (entry: { hash: string; kind: string; size: number }) =>
  `${entry.hash} ${entry.kind} ${entry.size}`;

function compare(tracker: Tracker, twin: Twin): void {
  for (const peer of PEERS) {
    const book = twin.books.get(peer) ?? twin.left.get(peer);
    expect(tracker.held(peer)).toEqual({
      catalogId: book?.catalogId ?? null,
      revision: book?.revision ?? 0,
    });
  }
  const files = tracker.book().map((line) => [line.peer, line.files]);
  const expected = [...twin.books].map(([peer, { entries }]) => {
    return [peer, [...entries.values()].filter(({ kind }) => kind === 'file').length];
  });
  expect(new Map(files as [PeerId, number][])).toEqual(new Map(expected as [PeerId, number][]));
  for (const word of WORDS) {
    const { results, total } = tracker.search(word, 1_000);
    expect(new Map(results.map((result) => [key(result), result.peers]))).toEqual(twin.named(word));
    expect(total).toBe(results.length);
    const withLeft = tracker.search(word, 1_000, { leftAtMs: 0 }).results;
    expect(withLeft.slice(0, total)).toEqual(total > 0 ? results : []);
    expect(new Set(withLeft.slice(total).map(key))).toEqual(twin.seenBefore(word));
    expect(withLeft.slice(total).every(({ peers, seen }) => peers === 0 && seen)).toBe(true);
  }
  for (const hash of HASHES) {
    const holders = twin.holders(hash);
    if (holders.length === 0) expect(() => tracker.locate(hash)).toThrow(/No peer/);
    else expect(holders).toContainEqual(tracker.locate(hash).peers);
  }
}

test.each([
  ['with what is gone left where it is', 1_000],
  ['where the index is built anew often', 1],
])(
  'says what the twin says, %s',
  (_, staleMin) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.nat(), (steps, seed) => {
        const tracker = new Tracker({ seed, staleMin });
        const twin = new Twin();
        let nowMs = 0;
        for (const one of steps) {
          nowMs += 1_000;
          if (one.do === 'tend') tracker.tend(one.steps);
          if (one.do === 'drop') {
            tracker.dropPeer(one.peer);
            twin.books.delete(one.peer);
            twin.left.delete(one.peer);
          }
          if (one.do === 'leave') {
            tracker.leave(one.peer, nowMs);
            twin.leave(one.peer);
          }
          if (one.do === 'back') {
            tracker.comeBack(one.peer);
            twin.comeBack(one.peer);
          }
          if (one.do !== 'announce') continue;
          const { peer, catalogId, from, revisions, more, entries, gone } = one;
          const since = Math.max(0, tracker.held(one.peer).revision + from);
          const byPath = new Map(entries.map((line) => [line.path, line]));
          const announcement = {
            ...{ peer, catalogId, since, revision: since + revisions, more, gone },
            entries: [...byPath.values()],
          };
          tracker.applyAnnouncement(announcement, nowMs);
          twin.apply(announcement);
        }
        compare(tracker, twin);
      }),
      { numRuns: 120 },
    );
  },
  60_000,
);

test('stays the same over thousands of changes that make it move, sweep and build anew', () => {
  const tracker = new Tracker({ seed: 7, staleMin: 3_000 });
  const twin = new Twin();
  const [peer] = PEERS as [PeerId];
  const [catalogId] = CATALOGUES as [CatalogId];
  const nameOf = (round: number, at: number) =>
    `${WORDS[at % WORDS.length]} ${'x'.repeat(200)} ${round}-${at}`;
  for (let round = 0; round < 12; round += 1) {
    const paths = Array.from({ length: 2_000 }, (_, at) => `9/${nameOf(round, at)}`);
    const announcement: Announcement = {
      ...{ peer, catalogId, since: round, revision: round + 1, more: false },
      entries: paths.map((line, at) => {
        return { path: line, kind: 'file', hash: HASHES[at % 4] as FileHash, size: at };
      }),
      gone: round === 0 ? [] : paths.map((_, at) => `9/${nameOf(round - 1, at)}`),
    };
    tracker.applyAnnouncement(announcement, round * 1_000);
    twin.apply(announcement);
    for (let left = 0; left < 30; left += 1) tracker.tend(100);
    const query = nameOf(round, 1_234);
    expect(tracker.search(query, 1).results[0]).toMatchObject({ name: query, size: 1_234 });
  }
  while (tracker.tend(100));
  expect(tracker.book()).toMatchObject([{ files: 2_000 }]);
  for (const at of [0, 1, 777, 1_999]) {
    const name = nameOf(11, at);
    expect(tracker.search(name, 1).results[0]).toMatchObject({ name, size: at });
    expect(tracker.search(nameOf(3, at), 1).results[0]?.score).toBeLessThan(1);
  }
});
