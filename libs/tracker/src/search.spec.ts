/** What is found, and in which order. */
import { describe, expect, test } from '@jest/globals';
import type { Announcement, CatalogId, FileHash, PeerId } from '@iwanto/wire';
import { Tracker } from './tracker.js';

const NAMES = [
  'films/The.Dark.Knight.2008.1080p.mkv',
  'films/The Dark Knight Rises (2012).mp4',
  'films/A Knight in the Darkness.avi',
  'films/Inception.mkv',
  'music/Metallica/Black Album/01 - Enter Sandman.mp3',
  'music/Metallica/Black Album/02 - Sad But True.mp3',
  'music/Bjork/Sandman Lullaby.mp3',
  'photos/IMG_20190708_1.jpg',
  'docs/Crème Brûlée - recette.pdf',
  'docs/getElementById.html',
  'docs/日本語の教科書.txt',
  'shows/Some.Show.S01E02.mkv',
  'shows/Some.Show.S01E03.mkv',
  `docs/${'abcdefghij'.repeat(20)}.txt`,
];

const trackerOf = (paths: readonly string[], tended: boolean) => {
  const tracker = new Tracker();
  const announcement: Announcement = {
    peer: 'a'.repeat(20) as PeerId,
    catalogId: '1'.repeat(16) as CatalogId,
    ...{ since: 0, revision: 1, more: false, gone: [] },
    entries: paths.map((path, at) => {
      const hash = at.toString(16).padStart(64, '0') as FileHash;
      return { path, kind: 'file', hash, size: at };
    }),
  };
  tracker.applyAnnouncement(announcement, 0);
  while (tended && tracker.tend(100));
  return tracker;
};

describe.each([
  ['after idle moments', true],
  ['immediately', false],
])('search %s', (_, tended) => {
  const tracker = trackerOf(NAMES, tended);
  const first = (query: string) => tracker.search(query, 5).results[0]?.name;

  test.each([
    ['dark knight', 'The.Dark.Knight.2008.1080p.mkv'],
    ['the dark knight rises', 'The Dark Knight Rises (2012).mp4'],
    ['drak knigth', 'The.Dark.Knight.2008.1080p.mkv'],
    ['darkknight2008', 'The.Dark.Knight.2008.1080p.mkv'],
    ['knight dark 2008', 'The.Dark.Knight.2008.1080p.mkv'],
    ['incep', 'Inception.mkv'],
    ['inceptoin', 'Inception.mkv'],
    ['metallica sandman', '01 - Enter Sandman.mp3'],
    ['creme brulee', 'Crème Brûlée - recette.pdf'],
    ['CRÈME', 'Crème Brûlée - recette.pdf'],
    ['getelementbyid', 'getElementById.html'],
    ['教科書', '日本語の教科書.txt'],
    ['猫の教科書', '日本語の教科書.txt'],
    ['some show s01e03', 'Some.Show.S01E03.mkv'],
    ['some show 1x3', 'Some.Show.S01E03.mkv'],
    ['abcdefghij'.repeat(20), `${'abcdefghij'.repeat(20)}.txt`],
    [`${'abcdefghij'.repeat(20)}.txt`, `${'abcdefghij'.repeat(20)}.txt`],
  ])('finds for %p first %p', (query, name) => {
    expect(first(query)).toBe(name);
  });

  test('gives a name as typed the score 1, and nothing more', () => {
    expect(tracker.search('inception.mkv', 1).results[0]?.score).toBe(1);
    for (const { score } of tracker.search('the knight', 10).results) expect(score).toBeLessThan(1);
  });

  test('finds nothing for what nothing is like', () => {
    expect(tracker.search('zzyzx quux', 5)).toMatchObject({
      results: [],
      total: 0,
      similar: false,
    });
  });

  test.each([
    ['1 MiB', 'x'.repeat(2 ** 20)],
    ['1 MiB of one accented letter', 'é'.repeat(2 ** 19)],
    ['only spaces', '   \t\n'],
    ['regex metacharacters', '.*+?^${}()|[]\\'],
    ['a NUL', 'inception\0'],
    ['a lone surrogate', '\ud800inception'],
    ['right to left', '\u202einception'],
    ['many words', 'a b c d e f g h '.repeat(1_000)],
  ])('HOSTILE 54: takes %s as text, in bounded time', (_name, query) => {
    // CPU time: other work on the machine does not count.
    const started = process.cpuUsage();
    const { results } = tracker.search(query, 200);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(100);
    if (query.includes('inception')) expect(results[0]?.name).toBe('Inception.mkv');
  });
});

describe('a query that fits everything', () => {
  const count = 5_000;
  const paths = Array.from({ length: count }, (_, at) => `share/episode ${at}.mkv`);
  const tracker = trackerOf(paths, true);

  test('HOSTILE 55: shows no more than asked for, and tells the total', () => {
    const { results, total } = tracker.search('episode', 200);
    expect(results).toHaveLength(200);
    expect(total).toBe(count);
  });

  test('HOSTILE 55: can show all of it', () => {
    const { results, total } = tracker.search('episode', 10_000);
    expect(new Set(results.map(({ hash }) => hash)).size).toBe(count);
    expect(total).toBe(count);
  });

  test('finds the one among them', () => {
    expect(tracker.search('episode 4711', 3).results[0]?.name).toBe('episode 4711.mkv');
  });
});

describe('the last word of a query as far as it is typed', () => {
  const tracker = trackerOf(
    [
      'films/Casino.mkv',
      'films/Casino Royale.mkv',
      'films/Casino Empire.mkv',
      'books/The Silmarillion.epub',
      'books/The Silver Chair.epub',
      'films/Malcolm X.mkv',
      'films/Malcolm in Xanadu.mkv',
      'films/Paper.mkv',
    ],
    true,
  );
  const shown = (query: string) => {
    const { results, similar } = tracker.search(query, 5);
    return { first: results[0]?.name, similar };
  };

  test.each([
    ['casino r', 'Casino Royale.mkv'],
    ['casino e', 'Casino Empire.mkv'],
    ['the silmar', 'The Silmarillion.epub'],
    ['malcolm x', 'Malcolm X.mkv'],
  ])('%p means %p, and not only something similar', (query, first) => {
    expect(shown(query)).toEqual({ first, similar: false });
  });

  test('what has no word that begins so is only similar', () => {
    expect(shown('casino p')).toEqual({ first: 'Casino.mkv', similar: true });
    expect(tracker.search('casino r', 5)).toMatchObject({ total: 1, results: [{}] });
  });

  test('one letter finds nothing that has nothing else of the query', () => {
    expect(tracker.search('zzyzx p', 5).results).toEqual([]);
  });
});
