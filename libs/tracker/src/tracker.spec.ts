/** What the tracker promises, sentence by sentence. */
import { describe, expect, it } from '@jest/globals';
import type { Announcement, CatalogId, FileHash, PeerId } from '@iwanto/wire';
import { Tracker } from './index.js';

const ANNE = 'a'.repeat(20) as PeerId;
const BEN = 'b'.repeat(20) as PeerId;
const hashOf = (seed: string) => seed.padEnd(64, '0') as FileHash;
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

describe('the book', () => {
  it('names one content once, with all its holders', () => {
    const tracker = new Tracker();
    tracker.applyAnnouncement(announce({ entries: [file('music/one.mp3', '11')] }), 0);
    tracker.applyAnnouncement(announce({ peer: BEN, entries: [file('x/one.mp3', '11')] }), 0);
    const { results, total } = tracker.search('one', 10);
    expect(total).toBe(1);
    expect(results).toMatchObject([{ hash: hashOf('11'), name: 'one.mp3', peers: 2 }]);
    expect(tracker.locate('11000000').peers).toEqual([ANNE, BEN]);
  });

  it('HOSTILE 56: asks again from what it holds when revisions are missing in between', () => {
    const tracker = new Tracker();
    tracker.applyAnnouncement(announce({ revision: 3, entries: [file('a/b', '22')] }), 0);
    const held = tracker.applyAnnouncement(announce({ since: 5, revision: 6, gone: ['a/b'] }), 0);
    expect(held.revision).toBe(3);
    expect(tracker.search('b', 1).total).toBe(1);
  });

  it('forgets a path that is gone, and everything of a catalogue that ended', () => {
    const tracker = new Tracker();
    tracker.applyAnnouncement(announce({ entries: [file('a/film', '1'), file('a/book', '2')] }), 0);
    tracker.applyAnnouncement(announce({ since: 1, revision: 2, gone: ['a/film'] }), 0);
    expect(tracker.search('film', 1).total).toBe(0);
    const catalogId = '2'.repeat(16) as CatalogId;
    tracker.applyAnnouncement(announce({ catalogId, entries: [file('a/song', '3')] }), 0);
    expect(tracker.search('book', 1).total).toBe(0);
    expect(tracker.book()).toMatchObject([{ peer: ANNE, files: 1, revision: 1, whole: true }]);
  });
});
