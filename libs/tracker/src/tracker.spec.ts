/** What the tracker promises, sentence by sentence. */
import { describe, expect, test } from '@jest/globals';
import {
  type Announcement,
  type CatalogId,
  Failure,
  type FileHash,
  type PeerId,
  allTurns,
} from '@iwanto/wire';
import { CHANGES_AT_ONCE_MAX } from './change-rate.js';
import { Tracker } from './tracker.js';

const ANNE = 'a'.repeat(20) as PeerId;
const BEN = 'b'.repeat(20) as PeerId;
const hashOf = (start: string) => start.padEnd(64, '0') as FileHash;
const file = (path: string, hash: string, size = 1) => {
  return { path, kind: 'file' as const, hash: hashOf(hash), size };
};
const announce = (part: Partial<Announcement>): Announcement => ({
  peer: ANNE,
  catalogId: '1'.repeat(16) as CatalogId,
  since: 0,
  revision: 1,
  more: false,
  entries: [],
  gone: [],
  ...part,
});
const trackerWith = (...parts: Partial<Announcement>[]) => {
  const tracker = new Tracker();
  for (const part of parts) tracker.applyAnnouncement(announce(part), 0);
  return tracker;
};
const namesFound = (tracker: Tracker, query: string) =>
  tracker.search(query, 10).results.map(({ name }) => name);
const tendAll = (tracker: Tracker) => {
  for (let left = 10_000; left > 0 && tracker.tend(50); left -= 1);
};
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (cause) {
    return cause instanceof Failure ? cause.code : cause;
  }
  return undefined;
};

describe('the book', () => {
  test('names one content once, with all its holders', () => {
    const tracker = trackerWith(
      { entries: [file('music/one.mp3', '11')] },
      { peer: BEN, entries: [file('x/one.mp3', '11'), file('x/copy of one.mp3', '11')] },
    );
    const { results, total } = tracker.search('one', 10);
    expect(total).toBe(1);
    expect(results).toMatchObject([{ hash: hashOf('11'), name: 'one.mp3', peers: 2 }]);
    expect(tracker.locate('11000000')).toMatchObject({ name: 'one.mp3', peers: [ANNE, BEN] });
  });

  test('HOSTILE 56: applies nothing when revisions are missing in between, and says what it holds', () => {
    const tracker = trackerWith({ revision: 3, entries: [file('a/b', '22')] });
    const change = { since: 5, revision: 6, gone: ['a/b'], entries: [file('a/c', '33')] };
    expect(tracker.applyAnnouncement(announce(change), 0).revision).toBe(3);
    expect(namesFound(tracker, 'b')).toEqual(['b']);
    expect(namesFound(tracker, 'c')).toEqual([]);
  });

  test('HOSTILE 56: asks for everything when it does not know the catalogue', () => {
    const held = trackerWith().applyAnnouncement(announce({ since: 5, revision: 6 }), 0);
    expect(held).toEqual({ catalogId: null, revision: 0 });
  });

  test('takes an old announcement for nothing new (I11)', () => {
    const tracker = trackerWith(
      { entries: [file('a/film', '1')] },
      { since: 1, revision: 2, gone: ['a/film'] },
    );
    tracker.applyAnnouncement(announce({ entries: [file('a/film', '1')] }), 0);
    expect(namesFound(tracker, 'film')).toEqual([]);
  });

  test('forgets a path that is gone, and everything of a catalogue that ended', () => {
    const catalogId = '2'.repeat(16) as CatalogId;
    const tracker = trackerWith(
      { entries: [file('a/film', '1'), file('a/book', '2')] },
      { since: 1, revision: 2, gone: ['a/film'] },
    );
    expect(namesFound(tracker, 'film')).toEqual([]);
    expect(namesFound(tracker, 'book')).toEqual(['book']);
    tracker.applyAnnouncement(announce({ catalogId, entries: [file('a/song', '3')] }), 0);
    expect(namesFound(tracker, 'book')).toEqual([]);
    expect(tracker.book()).toMatchObject([{ peer: ANNE, files: 1, revision: 1, whole: true }]);
  });

  test('knows a peer that shares nothing, and one whose catalogue is still coming', () => {
    const tracker = trackerWith({ revision: 0 }, { peer: BEN, more: true });
    expect(tracker.book()).toMatchObject([
      { peer: ANNE, whole: true, files: 0 },
      { peer: BEN, whole: false },
    ]);
  });

  test('never shows a peer that was dropped, whether its rows are swept out yet or not', () => {
    const tracker = trackerWith(
      { entries: [file('a/film', '1')] },
      { peer: BEN, entries: [file('b/film', '1'), file('b/filmstrip', '2')] },
    );
    tracker.dropPeer(BEN);
    expect(tracker.search('film', 5)).toMatchObject({ total: 1, results: [{ peers: 1 }] });
    tendAll(tracker);
    expect(tracker.search('film', 5)).toMatchObject({ total: 1, results: [{ peers: 1 }] });
    expect(tracker.held(BEN).catalogId).toBeNull();
    expect(codeOf(() => tracker.locate(hashOf('2')))).toBe('E_NOT_FOUND');
  });

  test('HOSTILE 49: leaves out what is more than a peer may have', () => {
    const tracker = new Tracker({ peerEntriesMax: 2, peerPathBytesMax: 100 });
    const entries = [file('a/one', '1'), file('a/two', '2'), file('a/three', '3')];
    tracker.applyAnnouncement(announce({ entries }), 0);
    expect(tracker.book()).toMatchObject([{ files: 2, leftOut: 1, revision: 1 }]);
    expect(tracker.held(ANNE).leftOut).toBe(1);
    const long = [file(`b/${'x'.repeat(120)}`, '1')];
    tracker.applyAnnouncement(announce({ peer: BEN, entries: long }), 0);
    expect(tracker.book()[1]).toMatchObject({ files: 0, leftOut: 1 });
  });

  test('keeps no stale hash at the limit: what is known is changed, only what is new is left out', () => {
    const tracker = new Tracker({ peerEntriesMax: 2 });
    const entries = [file('a/one', '11'), file('a/two', '22'), file('a/three', '33')];
    tracker.applyAnnouncement(announce({ entries }), 0);
    const changed = [file('a/one', '44'), file('a/three', '55')];
    tracker.applyAnnouncement(announce({ since: 1, revision: 2, entries: changed }), 0);
    expect(tracker.locate('44000000').peers).toEqual([ANNE]);
    for (const stale of ['11000000', '33000000', '55000000']) {
      expect(codeOf(() => tracker.locate(stale))).toBe('E_NOT_FOUND');
    }
  });

  test('counts what it left out once, however often it changes, and not when it is gone', () => {
    const tracker = new Tracker({ peerEntriesMax: 2 });
    const entries = ['one', 'two', 'three', 'four'].map((name) => file(`a/${name}`, '11'));
    tracker.applyAnnouncement(announce({ entries }), 0);
    for (let revision = 2; revision < 6; revision += 1) {
      const changed = [file('a/three', `${revision}0`)];
      const change = announce({ since: revision - 1, revision, entries: changed });
      expect(tracker.applyAnnouncement(change, revision * 1_000).leftOut).toBe(2);
    }
    const gone = announce({ since: 5, revision: 6, gone: ['a/three'] });
    expect(tracker.applyAnnouncement(gone, 9_000)).toMatchObject({ revision: 6, leftOut: 1 });
    const last = announce({ since: 6, revision: 7, gone: ['a/four', 'a/never'] });
    expect(tracker.applyAnnouncement(last, 10_000).leftOut).toBeUndefined();
    expect(tracker.book()).toMatchObject([{ files: 2, leftOut: 0, whole: true }]);
  });

  test('asks for what it left out when there is room again, and keeps answering meanwhile', () => {
    const tracker = new Tracker({ peerEntriesMax: 2 });
    const entries = [file('a/one', '11'), file('a/two', '22'), file('a/three', '33')];
    tracker.applyAnnouncement(announce({ entries }), 0);
    const gone = announce({ since: 1, revision: 2, gone: ['a/one'] });
    expect(tracker.applyAnnouncement(gone, 0).revision).toBe(0);
    expect(tracker.locate('22000000').peers).toEqual([ANNE]);
    const again = announce({ revision: 2, entries: entries.slice(1) });
    expect(tracker.applyAnnouncement(again, 0)).toEqual({
      catalogId: again.catalogId,
      revision: 2,
    });
    expect(tracker.locate('33000000').peers).toEqual([ANNE]);
    expect(tracker.book()).toMatchObject([{ files: 2, leftOut: 0, whole: true }]);
  });

  test('HOSTILE 52: shows both sizes that are claimed for one hash', () => {
    const tracker = trackerWith(
      { entries: [file('a/film', '1', 5)] },
      { peer: BEN, entries: [file('a/film', '1', 6)] },
    );
    const sizes = tracker.search('film', 5).results.map(({ size }) => size);
    expect(sizes.sort()).toEqual([5, 6]);
    expect(tracker.locate(hashOf('1')).peers).toHaveLength(1);
  });

  test('HOSTILE 57: refuses small changes that come faster than two a second', () => {
    const tracker = trackerWith({});
    const change = (revision: number, nowMs: number) => () =>
      tracker.applyAnnouncement(announce({ since: revision - 1, revision }), nowMs);
    const codes = Array.from({ length: 1_000 }, (_, at) => codeOf(change(2 + at, 1)));
    expect(codes.indexOf('E_LIMIT')).toBe(CHANGES_AT_ONCE_MAX);
    const { revision } = tracker.held(ANNE);
    expect(codeOf(change(revision + 1, 502))).toBeUndefined();
    expect(codeOf(change(revision + 2, 502))).toBe('E_LIMIT');
    expect(codeOf(change(revision + 2, 1_003))).toBeUndefined();
  });

  test('large announcements in between take nothing from what small ones may', () => {
    const tracker = trackerWith({});
    let revision = tracker.held(ANNE).revision;
    const tell = (nowMs: number, count: number) => {
      revision += 1;
      const entries = Array.from({ length: count }, (_, at) => file(`${revision}/${at}`, '1'));
      tracker.applyAnnouncement(announce({ since: revision - 1, revision, entries }), nowMs);
    };
    // A folder of thousands of files being hashed: a large and a small part twice per second.
    for (let half = 0; half < 60; half += 1) {
      tell(500 * half + 490, 120);
      tell(500 * half + 500, 3);
    }
    expect(tracker.held(ANNE).revision).toBe(revision);
  });
});

describe('holders', () => {
  test('are named with the names they give, without contents nobody shares or left behind', () => {
    const tracker = trackerWith(
      { entries: [file('a/one', '11'), file('a/two', '22')] },
      { peer: BEN, entries: [file('b/uno', '11'), file('b/one', '11'), file('b/lie', '22', 9)] },
    );
    expect(tracker.holders([hashOf('22'), hashOf('99'), hashOf('11')])).toEqual([
      { hash: hashOf('22'), names: ['two', 'lie'], peers: [ANNE, BEN], count: 2 },
      { hash: hashOf('11'), names: ['one', 'uno'], peers: [ANNE, BEN], count: 2 },
    ]);
    tracker.dropPeer(ANNE);
    expect(tracker.holders([hashOf('11')])).toMatchObject([{ peers: [BEN], count: 1 }]);
  });
});

describe('peers that left', () => {
  const left = (tracker: Tracker, query: string, nowMs = 0) =>
    tracker
      .search(query, 10, { leftAtMs: nowMs })
      .results.map(({ name, peers, seen }) => [name, peers, seen?.secondsAgo]);

  test('are shown below who is here, and are no sources', () => {
    const tracker = trackerWith(
      { entries: [file('a/film two', '22'), file('a/film one', '11')] },
      { peer: BEN, entries: [file('b/film one', '11'), file('b/film three', '33')] },
    );
    tracker.leave(BEN, 5_000);
    tendAll(tracker);
    expect(left(tracker, 'film', 12_000)).toEqual([
      ['film one', 1, undefined],
      ['film two', 1, undefined],
      ['film three', 0, 7],
    ]);
    expect(tracker.search('film', 10)).toMatchObject({ total: 2, results: [{}, {}] });
    expect(tracker.search('film', 1, { leftAtMs: 0 }).results).toHaveLength(1);
    expect(tracker.holders([hashOf('33')])).toEqual([]);
    expect(codeOf(() => tracker.locate(hashOf('33')))).toBe('E_NOT_FOUND');
    expect(allTurns(tracker.lastSeen(hashOf('33')))).toEqual({ name: 'film three', peers: [BEN] });
    expect(tracker.book()).toMatchObject([{ peer: ANNE }]);
  });

  test('take the place of names that are only similar', () => {
    const tracker = trackerWith(
      { entries: [file('a/interstate', '11')] },
      { peer: BEN, entries: [file('b/interstellar', '22')] },
    );
    tracker.leave(BEN, 0);
    const found = tracker.search('interstellar', 5, { leftAtMs: 0 });
    expect(found).toMatchObject({ similar: false, total: 0, results: [{ name: 'interstellar' }] });
  });

  test('do not hide a misspelt name of somebody who is here', () => {
    const tracker = trackerWith(
      { entries: [file('a/Rian Johnson interview', '11')] },
      { peer: BEN, entries: [file('b/Ryan Johnson interview', '22')] },
    );
    tracker.leave(BEN, 0);
    expect(left(tracker, 'ryan johnson interview')).toEqual([
      ['Rian Johnson interview', 1, undefined],
      ['Ryan Johnson interview', 0, 0],
    ]);
  });

  test('come back with what they had, and announce only what changed', () => {
    const tracker = trackerWith({ peer: BEN, entries: [file('b/film', '11')] });
    tracker.leave(BEN, 0);
    expect(tracker.held(BEN).revision).toBe(1);
    expect(tracker.comeBack(BEN)).toBe(true);
    expect(left(tracker, 'film')).toEqual([['film', 1, undefined]]);
    tracker.leave(BEN, 0);
    const change = announce({ peer: BEN, since: 1, revision: 2, gone: ['b/film'] });
    expect(tracker.applyAnnouncement(change, 9_000).revision).toBe(2);
    expect(left(tracker, 'film')).toEqual([]);
  });

  test('are remembered from before in parts, until they announce or this tracker saw more', () => {
    const tracker = new Tracker();
    tracker.remember({ peer: BEN, leftMs: 1_000 }, [file('b/film one', '11')]);
    tracker.remember({ peer: BEN, leftMs: 1_000 }, [file('b/film two', '22')]);
    tracker.remember({ peer: BEN, leftMs: 500 }, [file('b/film old', '33')]);
    expect(left(tracker, 'film', 2_000)).toHaveLength(2);
    expect(tracker.held(BEN)).toEqual({ catalogId: null, revision: 0 });
    expect(tracker.comeBack(BEN)).toBe(false);
    tracker.applyAnnouncement(announce({ peer: BEN, entries: [file('b/film one', '11')] }), 0);
    tracker.remember({ peer: BEN, leftMs: 9_000 }, [file('b/film two', '22')]);
    expect(left(tracker, 'film', 2_000)).toEqual([['film one', 1, undefined]]);
  });

  test('are forgotten, the first to leave first, where who is here needs the room', () => {
    const tracker = new Tracker({ rememberedUpTo: 3 });
    const peers = ['b', 'c', 'd'].map((letter) => letter.repeat(20) as PeerId);
    peers.forEach((peer, at) => {
      tracker.applyAnnouncement(announce({ peer, entries: [file(`x/film ${at}`, `${at}1`)] }), 0);
    });
    peers.forEach((peer, at) => tracker.leave(peer, 1_000 * at));
    expect(tracker.left()).toHaveLength(3);
    tracker.applyAnnouncement(announce({ entries: [file('a/book', 'aa')] }), 0);
    expect(tracker.left().map(({ peer }) => peer)).toEqual([peers[2], peers[1]]);
  });

  test('are read line by line, as they are written to a file', () => {
    const entries = ['11', '22', '33'].map((hash) => file(`b/film ${hash}`, hash));
    const tracker = trackerWith({ peer: BEN, entries });
    const lines: unknown[] = [];
    for (let from: number | undefined = 0; from !== undefined;) {
      const part = tracker.entriesOf(BEN, from, 2);
      lines.push(...part.entries);
      from = part.next;
    }
    expect(lines).toHaveLength(3);
    expect(lines).toEqual(expect.arrayContaining(entries));
  });
});

describe('locate', () => {
  const tracker = trackerWith({
    entries: [file('a/one', 'abcdef0011'), file('a/two', 'abcdef0022'), file('a/three', '99')],
  });

  test('takes a whole hash and a prefix that fits only one', () => {
    expect(tracker.locate(hashOf('99')).name).toBe('three');
    expect(tracker.locate('abcdef0022')).toMatchObject({ name: 'two', hash: hashOf('abcdef0022') });
  });

  test('lists what an ambiguous prefix could mean', () => {
    expect(codeOf(() => tracker.locate('abcdef00'))).toBe('E_AMBIGUOUS');
    expect(() => tracker.locate('abcdef00')).toThrow(
      /2 hashes begin with abcdef00: abcdef0011.*\(one\), abcdef0022/,
    );
  });

  test('HOSTILE 175: looks at a thousand of the hashes that begin alike', () => {
    const alike = Array.from({ length: 1_500 }, (_, at) =>
      file(`a/${at}`, `abcdef00${String(at).padStart(4, '0')}`),
    );
    const refuse = () => trackerWith({ entries: alike }).locate('abcdef00');
    expect(refuse).toThrow('1000 hashes begin with');
    expect(codeOf(refuse)).toBe('E_AMBIGUOUS');
  });

  test('refuses what nobody shares, and prefixes that are too short', () => {
    expect(codeOf(() => tracker.locate('12345678'))).toBe('E_NOT_FOUND');
    expect(codeOf(() => tracker.locate('9900000'))).toBe('E_NOT_FOUND');
  });
});
