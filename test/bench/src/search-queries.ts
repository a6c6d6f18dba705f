/** How people ask: by class, each query made from a file that is there. */
import type { Dice } from '@iwanto/peer';
import {
  NUMBER_WORDS,
  ROMAN,
  cut,
  hasLength,
  isLatin,
  plain,
  slips,
  transliterated,
  typed,
  typo,
  wordsOf,
} from './search-damage.js';
import { albums, books } from './search-titles-paper.js';
import { films } from './search-titles-screen.js';
import { type About, type NamedFile, two } from './search-corpus.js';

export interface Query {
  readonly text: string;
  /** The right key. */
  readonly key: string;
  /** The right name, if the query is a whole name. */
  readonly name?: string;
}

type Make = (about: About, dice: Dice, path: string) => string | undefined;

const ofSort =
  (sorts: readonly About['sort'][], make: Make): Make =>
  (about, dice, path) =>
    sorts.includes(about.sort) ? make(about, dice, path) : undefined;
const real =
  (make: Make): Make =>
  (about, dice, path) =>
    about.isReal ? make(about, dice, path) : undefined;

const WORK = ['film', 'book'] as const;
/** Titles of a film and of a book, or of one of them and of an album: it is impossible to say which was meant. */
const filmTitles = new Set(films.map(({ title }) => typed(title)));
const ambiguous = new Set([
  ...books.map(({ title }) => typed(title)).filter((title) => filmTitles.has(title)),
  ...albums.flatMap(({ album, tracks }) => [album, ...tracks].map(typed)),
]);
const isClear = ({ title }: About) => !ambiguous.has(typed(title));
const work = (make: Make) =>
  real(ofSort(WORK, (about, dice, path) => (isClear(about) ? make(about, dice, path) : undefined)));
const oneWord = (make: Make) =>
  work((about, dice, path) =>
    wordsOf(about.title).length === 1 ? make(about, dice, path) : undefined,
  );
const manyWords = (make: Make) =>
  work((about, dice, path) =>
    wordsOf(about.title).length > 1 ? make(about, dice, path) : undefined,
  );

const twoWords = (damage: (word: string, dice: Dice) => string) =>
  manyWords(({ title }, dice) => {
    const words = wordsOf(plain(title)).filter((word) => word.length > 3);
    if (!isLatin(title) || words.length !== 2) return undefined;
    return words.map((word) => damage(word, dice)).join(' ');
  });

const episodeText = (about: About, code: string) => `${typed(about.title)} ${code}`;
const byEpisode = (code: (season: number, episode: number) => string) =>
  ofSort(['episode'], (about) => episodeText(about, code(about.season ?? 0, about.episode ?? 0)));

/** Each creates a query about a file, or nothing if the file is not of that kind. */
export const classes: Readonly<Record<string, Make>> = {
  title: work(({ title }) => typed(title)),
  'title as written': work(({ title }) => title),
  'title, accents away': work(({ title }) =>
    plain(title) === typed(title) ? undefined : plain(title),
  ),
  'title year': ofSort(['film'], ({ title, year }) => `${typed(title)} ${year}`),
  'title, year off by one': real(
    ofSort(['film'], ({ title, year }) => `${typed(title)} ${(year ?? 0) + 1}`),
  ),
  'invented title': (about) =>
    about.sort === 'film' && !about.isReal ? `${typed(about.title)} ${about.year}` : undefined,
  'whole name': (_, _dice, path) => path.slice(path.lastIndexOf('/') + 1),
  S01E02: byEpisode((season, episode) => `s${two(season)}e${two(episode)}`),
  s1e2: byEpisode((season, episode) => `s${season}e${episode}`),
  '1x02': byEpisode((season, episode) => `${season}x${two(episode)}`),
  'season 1 episode 2': byEpisode((season, episode) => `season ${season} episode ${episode}`),
  'artist track': real(
    ofSort(['track'], ({ artist = '', title }) => `${typed(artist)} ${typed(title)}`),
  ),
  'artist album track': real(
    ofSort(
      ['track'],
      ({ artist = '', album = '', title }) => `${typed(artist)} ${typed(album)} ${typed(title)}`,
    ),
  ),
  'artist album cover': real(
    ofSort(['album'], ({ artist = '', album = '' }) => `${typed(artist)} ${typed(album)} cover`),
  ),
  'author title': real(
    ofSort(['book'], ({ artist = '', title }) => `${typed(artist)} ${typed(title)}`),
  ),
  'title, surname': real(
    ofSort(
      ['book'],
      ({ artist = '', title }) => `${typed(title)} ${typed(artist).split(' ').at(-1)}`,
    ),
  ),
  'project README.md': ofSort(['source'], ({ artist, title }) =>
    title === 'README.md' ? `${artist} README.md` : undefined,
  ),
  'project file': ofSort(['source'], ({ artist, title }) => `${artist} ${title}`),
  paper: ofSort(['paper'], ({ title }) => typed(title)),
  'paper, accents away': ofSort(['paper'], ({ title }) =>
    plain(title) === typed(title) ? undefined : plain(title),
  ),
  'software version': ofSort(['software'], ({ title }) => title),
  'photo name': ofSort(['photo'], ({ title }) => title),
  'pasted, foreign word': work(({ title, year }, dice) =>
    wordsOf(title).length < 2
      ? undefined
      : `${title.replace(/[^\p{L}\p{N}\p{M}]+/gu, '.')}.${year ?? 'epub'}.${dice.pick(['1080p', '720p'])}.${dice.pick(['BluRay', 'WEB'])}.x264-${dice.pick(['Wqzrt', 'PLOVER', 'Zk3n'])}`,
  ),
  'noise words': work(
    ({ title }, dice) =>
      `${typed(title)} ${dice.pick(['full movie hd', 'download', '1080p x265', 'complete', 'the best'])}`,
  ),
  'without small words': manyWords(({ title }) => {
    const kept = wordsOf(title).filter(
      (word) => !/^(the|a|of|and|in|on|to|for|with|i|la|le|der|die|das)$/.test(word),
    );
    return kept.length > 0 && kept.length < wordsOf(title).length ? kept.join(' ') : undefined;
  }),
  'short title': work(({ title, year }) =>
    typed(title).length <= 3 && /[\p{L}\p{N}]/u.test(title)
      ? year === undefined
        ? typed(title)
        : `${typed(title)}`
      : undefined,
  ),
  'odd title': work(({ title }) => (/[&+$!#*½/.]/.test(title) ? title : undefined)),
  'odd title, plain': work(({ title }) =>
    /[$!*/.]/.test(title) && hasLength(title, 2)
      ? title.toLowerCase().replace(/\$/g, 's').replace(/[*/.]/g, '')
      : undefined,
  ),
  'and for &': work(({ title }) =>
    title.includes('&') ? typed(title.replace('&', 'and')) : undefined,
  ),
  'roman for digit': work(({ title }) => {
    const match = /\b([2-5])\b/.exec(title);
    return match ? typed(title.replace(match[0], ROMAN[Number(match[1])] ?? '')) : undefined;
  }),
  'digit for roman': work(({ title }) => {
    const match = /\b(II|III|IV|V)\b/.exec(title);
    return match
      ? typed(title.replace(match[0], String(ROMAN.indexOf(match[0].toLowerCase()))))
      : undefined;
  }),
  'word for digit': work(({ title }) => {
    const match = /\b([2-9])\b/.exec(title);
    return match ? typed(title.replace(match[0], NUMBER_WORDS[Number(match[1])] ?? '')) : undefined;
  }),
  'one word, typo': oneWord(({ title }, dice) =>
    isLatin(title) && hasLength(title, 5) ? typo(plain(title), dice) : undefined,
  ),
  'one word, two typos': oneWord(({ title }, dice) =>
    isLatin(title) && hasLength(title, 8) ? typo(typo(plain(title), dice), dice) : undefined,
  ),
  'one word, three typos': oneWord(({ title }, dice) =>
    isLatin(title) && hasLength(title, 10)
      ? typo(typo(typo(plain(title), dice), dice), dice)
      : undefined,
  ),
  'one word, slip of sound': oneWord(({ title }, dice) => {
    const found = slips(plain(title));
    if (!isLatin(title) || !hasLength(title, 6) || found.length === 0) return undefined;
    const [what, by] = dice.pick(found);
    return plain(title).replace(what, by);
  }),
  'words, typo': manyWords(({ title }, dice) =>
    isLatin(title) && hasLength(title, 7) ? typo(plain(title), dice) : undefined,
  ),
  'words, two typos': manyWords(({ title }, dice) =>
    isLatin(title) && hasLength(title, 10) ? typo(typo(plain(title), dice), dice) : undefined,
  ),
  'two words, both cut short': twoWords((word) => (word.length > 4 ? word.slice(0, -1) : word)),
  'two words, a typo in each': twoWords((word, dice) =>
    cut(word, 1 + dice.below(word.length - 1), 1, ''),
  ),
  'words, slip of sound': manyWords(({ title }, dice) => {
    const found = slips(plain(title));
    if (!isLatin(title) || found.length === 0) return undefined;
    const [what, by] = dice.pick(found);
    return plain(title).replace(what, by);
  }),
  'no separators': manyWords(({ title }) =>
    isLatin(title) ? plain(title).replace(/ /g, '') : undefined,
  ),
  'no separators, typo': manyWords(({ title }, dice) =>
    isLatin(title) && hasLength(title, 10) ? typo(plain(title).replace(/ /g, ''), dice) : undefined,
  ),
  'separators too many': oneWord(({ title }, dice) =>
    isLatin(title) && hasLength(title, 7)
      ? cut(plain(title), 3 + dice.below(plain(title).length - 5), 0, ' ')
      : undefined,
  ),
  'wrong order': manyWords(({ title }, dice) => dice.shuffled(wordsOf(title)).join(' ')),
  'half remembered': manyWords(({ title }, dice) => {
    const words = wordsOf(title).filter((word) => word.length > 3);
    return words.length < 3
      ? undefined
      : dice
          .shuffled(words)
          .slice(0, Math.ceil(words.length * 0.6))
          .join(' ');
  }),
  'first 60 %': manyWords(({ title }) =>
    hasLength(title, 8) ? typed(title).slice(0, Math.ceil(typed(title).length * 0.6)) : undefined,
  ),
  'dotted acronym': real(
    ofSort(['film', 'track', 'album'], ({ title }) =>
      /^(\p{L}[.*]){2,}/u.test(title) ? title.toLowerCase().replace(/[.*]/g, '') : undefined,
    ),
  ),
  transliterated: work(({ title }) =>
    /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(title) ? transliterated(title) : undefined,
  ),
  'vowel marks': work(({ title }) =>
    /\p{Script=Arabic}/u.test(title)
      ? title.replace(/(\p{L})(?=\p{L})/u, '$1َ').replace('ا', 'أ')
      : /\p{Script=Hebrew}/u.test(title)
        ? title.replace(/(\p{L})(?=\p{L})/gu, '$1ָ')
        : undefined,
  ),
  'CJK, part': work(({ title }) =>
    /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{4,}/u.test(title)
      ? title.slice(0, 3)
      : undefined,
  ),
};

/** Classes that nothing is tuned on: to be looked at only when everything else is done. */
export const heldOut: Readonly<Record<string, Make>> = {
  'key beside the right one': manyWords(({ title }, dice) => {
    const text = plain(title);
    if (!isLatin(title) || !hasLength(title, 8)) return undefined;
    const at = text.search(/[asdfghjkl]/);
    const row = 'asdfghjkl';
    return at < 0
      ? undefined
      : cut(
          text,
          at,
          1,
          row[(row.indexOf(text.charAt(at)) + 1 + dice.below(2)) % row.length] ?? 'a',
        );
  }),
  'letter twice': work(({ title }, dice) => {
    const text = plain(title);
    const at = dice.below(text.length);
    return isLatin(title) && hasLength(title, 6) ? cut(text, at, 0, text.charAt(at)) : undefined;
  }),
  'underscores, capitals': work(({ title }) => typed(title).replace(/ /g, '_').toUpperCase()),
  'track, artist with typo': real(
    ofSort(['track'], ({ title, artist = '' }, dice) =>
      isLatin(artist) && hasLength(artist, 6) && isLatin(title)
        ? `${typed(title)} ${typo(plain(artist), dice)}`
        : undefined,
    ),
  ),
  'show, ep': byEpisode((season, episode) => `S${season} Ep${two(episode)}`),
  'two words of a long title, year': ofSort(['film'], ({ title, year }) => {
    const words = wordsOf(typed(title));
    return words.length < 4 ? undefined : `${words.slice(0, 2).join(' ')} ${year}`;
  }),
  'path pasted': (_, _dice, path) => `/home/anna/${path}`,
};

/** Up to `count` queries of one class. */
export function queriesOf(
  make: Make,
  files: readonly NamedFile[],
  dice: Dice,
  count: number,
): Query[] {
  const byText = new Map<string, Query>();
  for (const { about, path, key } of files) {
    if (byText.size >= count) break;
    const text = make(about, dice, path)?.trim();
    if (text === undefined || text === '') continue;
    // For a whole name, any file of that name is a right answer.
    const isName = path.endsWith(`/${text}`);
    byText.set(text, { text, key, ...(isName && { name: text }) });
  }
  return [...byText.values()];
}
