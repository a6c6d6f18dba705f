/** What people search for, and what they should find: each kind of fault that searching had, with names of its own. */
import { describe, expect, test } from '@jest/globals';
import type { CatalogId, CatalogueEntry, FileHash, PeerId } from '@iwanto/wire';
import { Tracker } from './tracker.js';

const ANNE = 'a'.repeat(20) as PeerId;
const BEN = 'b'.repeat(20) as PeerId;
const hashOf = (at: number) => (at + 1).toString(16).padStart(64, '0') as FileHash;
type Line = string | (Partial<CatalogueEntry> & { path: string });

function share(tracker: Tracker, peer: PeerId, lines: readonly Line[]): void {
  const entries = lines.map((line, at): CatalogueEntry => {
    const part = typeof line === 'string' ? { path: line } : line;
    return { kind: 'file', hash: hashOf(at), size: 1_000, ...part };
  });
  const catalogId = '1'.repeat(16) as CatalogId;
  tracker.applyAnnouncement(
    { peer, catalogId, since: 0, revision: 1, more: false, gone: [], entries },
    0,
  );
}
const trackerOf = (lines: readonly Line[]) => {
  const tracker = new Tracker({ seed: 7 });
  share(tracker, ANNE, lines);
  return tracker;
};
const names = (tracker: Tracker, query: string, limit = 10) =>
  tracker.search(query, limit).results.map(({ name }) => name);

describe('an extension as a word', () => {
  const tracker = trackerOf([
    'm/Song One.mp3',
    'm/Holiday Clip.mp4',
    'm/Archive Old.7z',
    'm/Old Phone.3gp',
    'm/Plain Photo.jpg',
    'm/Holiday Clip 4.avi',
  ]);

  test.each([
    ['song mp3', 'Song One.mp3'],
    ['mp3', 'Song One.mp3'],
    ['holiday clip mp4', 'Holiday Clip.mp4'],
    ['7z', 'Archive Old.7z'],
    ['phone 3gp', 'Old Phone.3gp'],
    ['photo jpg', 'Plain Photo.jpg'],
    ['holiday clip 4', 'Holiday Clip 4.avi'],
  ])('%j finds %j first', (query, name) => {
    const { results, similar } = tracker.search(query, 3);
    expect([results[0]?.name, similar]).toEqual([name, false]);
  });
});

describe('episodes', () => {
  const two = (number: number) => String(number).padStart(2, '0');
  const paths = [1, 2, 3].flatMap((season) =>
    Array.from(
      { length: 9 },
      (_, at) => `tv/Borgen/Season ${season}/Borgen - S${two(season)}E${two(at + 1)}.mkv`,
    ),
  );
  const numbered = Array.from(
    { length: 9 },
    (_, at) => `tv/Rome/Season 2/${two(at + 1)} - Part.avi`,
  );
  const tracker = trackerOf([...paths, ...numbered]);

  test.each(['borgen s02e02', 'borgen 2x02', 'Borgen.S2E2', 'borgen season 2 episode 2'])(
    '%p is that one, alone',
    (query) => expect(names(tracker, query)).toEqual(['Borgen - S02E02.mkv']),
  );

  test('the series itself comes before names that happen to have its words', () => {
    const both = trackerOf([
      'tv/Cloud Mist/Season 4/05 - Envy.mkv',
      'tv/Drum/Season 4/Drum - 4x05 - Cloud of the Mist.avi',
      'tv/Star Trek The Next Generation/Season 02/Star Trek The Next Generation - S02E12.mkv',
      'tv/Star Trek The Next Generation/Season 1/12 - Amber.mkv',
      'books/The Art of Programming Volume 1.mobi',
      'books/The Art of Programming Volume 3 - Donald Knuth.azw3',
    ]);
    expect(names(both, 'cloud mist s04e05')[0]).toBe('05 - Envy.mkv');
    expect(names(both, 'star trek the next generation s01e12')[0]).toBe('12 - Amber.mkv');
    expect(names(both, 'the art of programming volume 3')[0]).toMatch(/Volume 3/);
  });

  test('a number in the folder of a season is an episode', () => {
    expect(names(tracker, 'rome s02e07')).toEqual(['07 - Part.avi']);
  });
});

describe('folders help to find', () => {
  const tracker = trackerOf([
    'music/Nina Simone/Pastel Blues/03 Sinnerman.mp3',
    'music/Nina Simone/Pastel Blues/cover.jpg',
    'music/Nina Simone/Wild Is the Wind/01 Four Women.mp3',
    'music/Bob Dylan/Desire/cover.jpg',
    'src/zeromq/README.md',
    'src/msgpack/README.md',
  ]);

  test.each([
    ['nina simone sinnerman', '03 Sinnerman.mp3', 'music/Nina Simone/Pastel Blues'],
    ['nina simone pastel blues cover', 'cover.jpg', 'music/Nina Simone/Pastel Blues'],
    ['msgpack README.md', 'README.md', 'src/msgpack'],
  ])('%p', (query, name, folder) => {
    const [first] = tracker.search(query, 5).results;
    expect(first).toMatchObject({ name, where: { folder } });
  });

  test('rows of one name are told apart by the shortest end of their folders', () => {
    const rows = tracker.search('readme', 5).results;
    expect(rows.map(({ where }) => where.short).sort()).toEqual(['msgpack', 'zeromq']);
  });
});

describe('what is misspelt and what is another word', () => {
  const tracker = trackerOf([
    'music/blue danube.flac',
    'films/Midnight Crow (1959).mkv',
    'films/Rain Map.mkv',
    'films/Other Rain Map.mkv',
    'films/Wolf Wall.mkv',
    'films/Every Man.mkv',
    'films/A Man.mkv',
    'films/The Man from U.N.C.L.E. (2015).mkv',
    'films/The Incredibles.mkv',
    'books/C# in Depth.epub',
    'music/The Beatles/Abbey Road/cover.jpg',
    'music/The Beatles/Help/cover.jpg',
    'music/The Summer Blue.mp3',
  ]);

  test.each([
    ['blu danub', 'blue danube.flac'],
    ['bleu danbe', 'blue danube.flac'],
    ['tke incredibles', 'The Incredibles.mkv'],
    ['the man from u n c l e', 'The Man from U.N.C.L.E. (2015).mkv'],
    ['c in depth', 'C# in Depth.epub'],
    ['the beatles abbey road cover', 'cover.jpg'],
  ])('%p finds %p', (query, name) => {
    const { results, similar } = tracker.search(query, 3);
    expect([results[0]?.name, similar]).toEqual([name, false]);
  });

  test.each(['midnight cowboy', 'rain man', 'wolf hall', 'summertime blue'])(
    '%p is not there, and at most similar names are shown',
    (query) => expect(tracker.search(query, 3).results.every(({ similar }) => similar)).toBe(true),
  );
});

describe('what tells little', () => {
  const tracker = trackerOf([
    'films/The Third Man (1949).mkv',
    'films/The Third Miracle.mkv',
    'films/Reds.mkv',
  ]);

  test.each([
    'The.Third.Man.1949.720p.BluRay.x264-QWXZ',
    'third man 1950',
    'the third man 2160p hevc 10bit',
    'third man full movie',
    'third man mkv',
  ])('does not drown the title in %p', (query) => {
    const { results, similar } = tracker.search(query, 3);
    expect([results[0]?.name, similar]).toEqual(['The Third Man (1949).mkv', false]);
  });
});

describe('contents', () => {
  test('of many paths hide no others, and are counted exactly at every limit', () => {
    const same = Array.from({ length: 300 }, (_, at): Line => ({
      path: `p${at}/licence.txt`,
      hash: hashOf(9_000),
    }));
    const tracker = trackerOf([...same, 'other/licence.txt', 'third/my licence.txt']);
    for (const limit of [1, 2, 50]) {
      const { total, totalIsLeast, results } = tracker.search('licence', limit);
      expect([total, totalIsLeast, results.length]).toEqual([3, false, Math.min(3, limit)]);
    }
  });

  test('an empty folder is not one; a folder of empty files is', () => {
    const tracker = trackerOf([
      { path: 'a/void', kind: 'directory', size: 0, hash: hashOf(500) },
      { path: 'b/void pack', kind: 'directory', size: 0, hash: hashOf(501) },
      { path: 'b/void pack/__init__.py', size: 0, hash: hashOf(502) },
    ]);
    expect(names(tracker, 'void')).toEqual(['void pack']);
  });

  test('that fit equally come as a person means them: the film, its folder, what comes with it', () => {
    const folder: Line = { path: 'f/Stalker', kind: 'directory', size: 10_000 };
    const tracker = trackerOf([
      'f/Stalker/Stalker.nfo',
      'f/Stalker/Stalker.srt',
      folder,
      'f/Stalker/Stalker.mkv',
      'f/Stalker/Stalker.jpg',
    ]);
    const { results } = tracker.search('stalker', 9);
    expect(results.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'file Stalker.mkv',
      'directory Stalker',
      'file Stalker.jpg',
      'file Stalker.srt',
      'file Stalker.nfo',
    ]);
    expect(new Set(results.map(({ group }) => group)).size).toBe(1);
  });

  test('that more peers have come first, then the larger', () => {
    const tracker = trackerOf([
      { path: 'a/Nosferatu.avi', size: 10 },
      { path: 'b/Nosferatu.avi', size: 30 },
      { path: 'c/Nosferatu.avi', size: 20, hash: hashOf(70) },
    ]);
    share(tracker, BEN, [{ path: 'c/Nosferatu.avi', size: 20, hash: hashOf(70) }]);
    expect(tracker.search('nosferatu', 5).results.map(({ size }) => size)).toEqual([20, 30, 10]);
  });
});

describe('what nobody has', () => {
  const tracker = trackerOf([
    ...Array.from(
      { length: 200 },
      (_, at) => `photos/IMG_2019070${1 + (at % 9)}_${100_000 + at * 37}.jpg`,
    ),
    ...['Midnight Express', 'Urban Cowboy', 'Local Colour', 'The Rain People', 'Interstellar'].map(
      (title) => `films/${title}.mkv`,
    ),
  ]);

  test.each(['midnight cowboy', 'local hero', 'rain man', 'quetzalcoatl', '48151623', '90210777'])(
    '%p shows at most five rows, as similar',
    (query) => {
      const { results, similar } = tracker.search(query, 20);
      expect(results.length).toBeLessThanOrEqual(5);
      expect(similar).toBe(results.length > 0);
      expect(results.every((result) => result.similar)).toBe(true);
    },
  );

  test('is not what was only mistyped', () => {
    expect(tracker.search('intersteller', 5)).toMatchObject({
      similar: false,
      total: 1,
    });
  });
});

describe('odd names', () => {
  const tracker = trackerOf([
    ...['M', 'It', 'Up', '9', 'Rocky II', 'Mr. & Mrs. Smith', 'M.A.S.H', 'Ghostbusters'].map(
      (title) => `films/${title}.mkv`,
    ),
    ...[
      'films/Me and the Item.mkv',
      'films/Uptown.mkv',
      'films/99 Luftballons.mkv',
      'films/Rocky.mkv',
    ],
    ...[
      'm/U2/One.mp3',
      'm/AC-DC/Thunderstruck.mp3',
      'm/Ke$ha/Blow.mp3',
      'm/!!!/Louden.mp3',
      'm/R.E.M/Drive.mp3',
    ],
    ...[
      'b/C++ Primer.pdf',
      'b/C Primer.pdf',
      'b/C# Notes.pdf',
      'b/Мёртвые души.epub',
      'b/Οδύσσεια.epub',
      'b/الأَيَّام.epub',
      'p/🎈.png',
    ],
    ...[1, 104, 113, 10].map((number) => `l/lecture ${String(number).padStart(3, '0')}.pdf`),
    ...['p/IMG_20190704_123456.jpg', 'p/IMG_20190705_123456.jpg', 'v/Ratatouille.avi'],
  ]);

  test.each([
    ['m', 'M.mkv'],
    ['it', 'It.mkv'],
    ['up', 'Up.mkv'],
    ['9', '9.mkv'],
    ['rocky 2', 'Rocky II.mkv'],
    ['rocky two', 'Rocky II.mkv'],
    ['mr and mrs smith', 'Mr. & Mrs. Smith.mkv'],
    ['mash', 'M.A.S.H.mkv'],
    ['u2 one', 'One.mp3'],
    ['acdc thunderstruck', 'Thunderstruck.mp3'],
    ['kesha blow', 'Blow.mp3'],
    ['!!! louden', 'Louden.mp3'],
    ['rem drive', 'Drive.mp3'],
    ['c++', 'C++ Primer.pdf'],
    ['c#', 'C# Notes.pdf'],
    ['мертвые души', 'Мёртвые души.epub'],
    ['myortvye dushi', 'Мёртвые души.epub'],
    ['odysseia', 'Οδύσσεια.epub'],
    ['الايام', 'الأَيَّام.epub'],
    ['🎈', '🎈.png'],
    ['lecture 1', 'lecture 001.pdf'],
    ['2019-07-04', 'IMG_20190704_123456.jpg'],
    ['5.7.2019', 'IMG_20190705_123456.jpg'],
    ['goast busters', 'Ghostbusters.mkv'],
    ['ratatui', 'Ratatouille.avi'],
  ])('%p is %p', (query, name) => expect(names(tracker, query)[0]).toBe(name));
});

describe('filters', () => {
  const GIB = 2 ** 30;
  const tracker = trackerOf([
    { path: 'f/Solaris.mkv', size: 4 * GIB, modifiedMs: Date.UTC(2020, 1, 1) },
    { path: 'f/Solaris.srt', size: 90_000, modifiedMs: Date.UTC(2022, 1, 1) },
    { path: 'b/Solaris.epub', size: 500_000, modifiedMs: Date.UTC(2024, 1, 1) },
    { path: 'f/Solaris 2002 remake.mkv', size: 2 * GIB },
  ]);
  share(tracker, BEN, [
    { path: 'x/Solaris extra.pdf', hash: hashOf(900) },
    { path: 'x/Solaris.mkv', size: 4 * GIB, hash: hashOf(0) },
  ]);
  const found = (query: string, options = {}) =>
    tracker
      .search(query, 9, options)
      .results.map(({ name }) => name)
      .sort();

  test.each([
    ['solaris type:video', ['Solaris 2002 remake.mkv', 'Solaris.mkv']],
    ['solaris -remake ext:mkv', ['Solaris.mkv']],
    ['solaris size:>3G', ['Solaris.mkv']],
    ['solaris type:document', ['Solaris extra.pdf', 'Solaris.epub']],
    ['"solaris 2002"', ['Solaris 2002 remake.mkv']],
    ['"2002 solaris"', []],
    ['sol*is *.srt', ['Solaris.srt']],
    ['ext:epub', ['Solaris.epub']],
    ['rem*', ['Solaris 2002 remake.mkv']],
    ['-solaris', []],
  ])('%p', (query, expected) => {
    const { results, similar } = tracker.search(query, 9);
    const shown = similar ? [] : results.map(({ name }) => name).sort();
    expect(shown.slice(0, query === '-solaris' ? 0 : 9)).toEqual(expected);
  });

  test('by peer, by what I have or lack, and by age', () => {
    expect(found('solaris', { peers: [BEN] })).toEqual(['Solaris extra.pdf', 'Solaris.mkv']);
    expect(found('solaris', { holding: 'mine', asker: BEN })).toEqual([
      'Solaris extra.pdf',
      'Solaris.mkv',
    ]);
    expect(found('solaris', { holding: 'missing', asker: ANNE })).toEqual(['Solaris extra.pdf']);
    const years = {
      modifiedFromMs: Date.UTC(2021, 0, 1),
      modifiedToMs: Date.UTC(2023, 0, 1),
    };
    expect(found('solaris', years)).toEqual(['Solaris.srt']);
  });

  test('sorted otherwise', () => {
    const by = (sort: 'size' | 'date' | 'name') =>
      tracker.search('solaris', 9, { sort }).results.map(({ name }) => name)[0];
    expect([by('size'), by('date'), by('name')]).toEqual([
      'Solaris.mkv',
      'Solaris.epub',
      'Solaris 2002 remake.mkv',
    ]);
  });
});

describe('very many names', () => {
  const tracker = trackerOf([
    ...Array.from({ length: 50_100 }, (_, at) => `pool/common ${at}.txt`),
    'music/Nina/Ballads/common rare.mp3',
    'music/Zoe/Ballads/common rare.mp3',
  ]);

  test('that fit are counted up to a limit, and it is said that there are more', () => {
    const { results, total, totalIsLeast } = tracker.search('common', 10);
    expect([results.length, total, totalIsLeast]).toEqual([10, 20_000, true]);
    expect(tracker.search('nina common', 10)).toMatchObject({ total: 1, totalIsLeast: false });
  });

  test('do not hide the one whose folder says which is meant, however often it is asked', () => {
    for (let asked = 0; asked < 300; asked += 1) {
      const { results, total } = tracker.search('nina rare', 10);
      expect([total, results[0]?.where.folder]).toEqual([1, 'music/Nina/Ballads']);
    }
  });

  test('that are merely similar leave the closest ones', () => {
    const { results, similar } = tracker.search('komon rahe zebra', 10);
    expect(similar).toBe(true);
    expect(results.length).toBeLessThanOrEqual(5);
  });
});
