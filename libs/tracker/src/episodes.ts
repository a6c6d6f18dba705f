/** Seasons, episodes and dates: several runs of a name that form one unit, however it is written. */
import { dateOf, isNumber, isYear, meaningOf, plainNumber } from './numbers.js';
import type { Run } from './runs.js';

/** Runs that are one token, and shorter words by which it is found as well. */
export interface Unit {
  readonly text: string;
  readonly kind: 'episode' | 'date';
  readonly also: readonly string[];
  /** How many runs it takes. */
  readonly runs: number;
}

const SEASON_WORDS =
  'season seasons series staffel saison temporada stagione seizoen sezon säsong sæson сезон';
const EPISODE_WORDS =
  'e ep eps episode folge épisode episodio episódio aflevering odcinek avsnitt серия эпизод';
const UNIT_WORDS = new Map([
  ...SEASON_WORDS.split(' ').map((word) => [word, 'season'] as const),
  ...EPISODE_WORDS.split(' ').map((word) => [word, 'episode'] as const),
]);
/** The letters that these words begin with: most words of names are known by theirs not to be one. */
const UNIT_STARTS = new Set(Array.from(['s', ...UNIT_WORDS.keys()], (word) => word.charCodeAt(0)));
const SMALL_DIGITS_MAX = 3;
/** `seventeen` is the longest number in words. */
const SMALL_CHARACTERS_MAX = 9;
const GAP_MAX = 3;

function small(run: Run | undefined): string | undefined {
  if (!run || run.text.length > SMALL_CHARACTERS_MAX) return undefined;
  const value = run.kind === 'number' ? plainNumber(run.text) : meaningOf(run.text);
  return isNumber(value) && value.length <= SMALL_DIGITS_MAX ? value : undefined;
}

const glued = (run: Run | undefined) => run?.before === '';
const isNear = (run: Run | undefined) => run !== undefined && run.before.length <= GAP_MAX;

/** The word itself, if it is one, so that it alone also finds the name. */
const spelt = (word: string) => (word.length > 2 ? [word] : []);

function episodes(seasonNumber: string, numbers: readonly string[], runs: number): Unit {
  const [text = '', ...more] = numbers.map((number) => `s${seasonNumber}e${number}`);
  const also = [...more, `s${seasonNumber}`, ...numbers.map((number) => `e${number}`)];
  return { text, kind: 'episode', also, runs };
}

/** The number after a word for episode, from run `at` on; glued only, if the word is a single letter. */
function episodeAt(runs: readonly Run[], at: number): string | undefined {
  const [word, number] = [runs[at], runs[at + 1]];
  if (!word || !isNear(word) || !isNear(number)) return undefined;
  if (UNIT_WORDS.get(word.text) !== 'episode') return undefined;
  if (word.text === 'e' && !glued(number)) return undefined;
  return small(number);
}

/** What follows a season: `E02`, `E02E03`, `, episode 2`. */
function withEpisodes(runs: readonly Run[], at: number, taken: number): Unit {
  const seasonNumber = small(runs[at + taken - 1]) ?? '';
  const numbers: string[] = [];
  let next = at + taken;
  for (let number = episodeAt(runs, next); number !== undefined; number = episodeAt(runs, next)) {
    numbers.push(number);
    next += 2;
  }
  if (numbers.length === 0) {
    const also = spelt(runs[at]?.text ?? '');
    return { text: `s${seasonNumber}`, kind: 'episode', also, runs: taken };
  }
  return episodes(seasonNumber, numbers, next - at);
}

function episodeUnit(runs: readonly Run[], at: number): Unit | undefined {
  const first = runs[at];
  const second = runs[at + 1];
  if (!first || !second) return undefined;
  if (first.kind === 'number') {
    const third = runs[at + 2];
    const isCross =
      second.text === 'x' && glued(second) && glued(third) && third?.kind === 'number';
    const [left, right] = [small(first), small(third)];
    if (!isCross || left === undefined || right === undefined || left.length > 2) return undefined;
    return episodes(left, [right], 3);
  }
  if (!UNIT_STARTS.has(first.text.charCodeAt(0))) return undefined;
  const isShort = first.text === 's' && glued(second) && second.kind === 'number';
  const unit = UNIT_WORDS.get(first.text);
  const isSeason = isShort || unit === 'season';
  const isEpisode = unit === 'episode' && (first.text !== 'e' || glued(second));
  if (!isSeason && !isEpisode) return undefined;
  const number = small(second);
  if (number === undefined || !isNear(second)) return undefined;
  if (isSeason) return withEpisodes(runs, at, 2);
  const also = [...spelt(first.text), ...(first.text.length > 2 ? [number] : [])];
  return { text: `e${number}`, kind: 'episode', also, runs: 2 };
}

const DATE_GAP = /^[-_./ ]$/;
const COMPACT_DATE = 8;
const COMPACT_TIME = 14;

const dateUnit = (text: string, runs: number): Unit => {
  return { text, kind: 'date', also: [text.slice(0, 6), text.slice(0, 4)], runs };
};

function compactDate(digits: string): Unit | undefined {
  if (digits.length !== COMPACT_DATE && digits.length !== COMPACT_TIME) return undefined;
  const date = dateOf(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8));
  return date === undefined ? undefined : dateUnit(date, 1);
}

/** `2019-07-04`, `04.07.2019`, `20190704`, `2019-07`. */
function dateUnitAt(runs: readonly Run[], at: number): Unit | undefined {
  const first = runs[at];
  if (first?.kind !== 'number') return undefined;
  const [second, third] = [runs[at + 1], runs[at + 2]];
  if (first.text.length >= COMPACT_DATE) return compactDate(first.text);
  if (second?.kind !== 'number' || !DATE_GAP.test(second.before)) return undefined;
  if (third?.kind === 'number' && third.before === second.before) {
    const date = isYear(first.text)
      ? dateOf(first.text, second.text, third.text)
      : (dateOf(third.text, second.text, first.text) ??
        dateOf(third.text, first.text, second.text));
    if (date !== undefined) return dateUnit(date, 3);
  }
  const isMonth = isYear(first.text) && second.before === '-' && second.text.length === 2;
  const month = isMonth ? dateOf(first.text, second.text, '1') : undefined;
  if (month === undefined) return undefined;
  return { text: month.slice(0, 6), kind: 'date', also: [first.text], runs: 2 };
}

/** The season, episode or date that begins at a run, if any. */
export const unitAt = (runs: readonly Run[], at: number): Unit | undefined =>
  episodeUnit(runs, at) ?? dateUnitAt(runs, at);
