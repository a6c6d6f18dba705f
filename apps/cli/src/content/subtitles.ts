/** The subtitles of a film: files beside it that have its name. */
import type { Bus } from '@iwanto/bus';
import { type FileHash, QUERY_CHARACTERS_MAX, type SearchResult } from '@iwanto/wire';
import { typeOf } from './playlist.js';

const SUBTITLE = /\.(srt|vtt|ass|ssa)$/i;
/** Between the name of the film and the suffix: a language, or `en.forced`. */
const BETWEEN = /^(\.[\w-]{1,20}){0,2}$/;
/** The largest file that is taken for subtitles, in bytes. */
const BYTES_MAX = 16 * 1_048_576;
const SUBTITLES_MAX = 20;
const RESULTS_MAX = 50;
/** How long the film waits for them, in ms. */
const ASK_LIMIT_MS = 1_000;

export interface Named {
  readonly name: string;
  readonly size: number;
  readonly hash: FileHash;
}

const stemOf = (name: string) => name.replace(/\.[^.]*$/, '');

export const isFilm = (name: string): boolean => typeOf(name).startsWith('video/');

export const isSubtitle = (name: string): boolean => SUBTITLE.test(name);

/** Whether `name` belongs to `film`, both without their folder or both with it. */
export function areSubtitlesOf(film: string, { name, size }: Omit<Named, 'hash'>): boolean {
  const stem = stemOf(film);
  if (!isSubtitle(name) || !name.startsWith(stem) || size > BYTES_MAX) return false;
  return BETWEEN.test(stemOf(name).slice(stem.length));
}

/** Those of a file that was found on its own: from the folder of a peer that has the film. None if nobody answers in time. */
export async function subtitlesBeside(bus: Bus, film: Named): Promise<Named[]> {
  if (!isFilm(film.name)) return [];
  const query = stemOf(film.name).normalize('NFC').slice(0, QUERY_CHARACTERS_MAX);
  try {
    const question = { query, limit: RESULTS_MAX, beside: film.hash };
    const { results } = await bus.call('search', question, { limitMs: ASK_LIMIT_MS });
    const place = results.find(({ hash }) => hash === film.hash)?.where;
    return results
      .filter((one) => one.kind === 'file' && place && isAt(place, one.where))
      .filter((one) => areSubtitlesOf(film.name, one))
      .slice(0, SUBTITLES_MAX);
  } catch {
    // A film without its subtitles is better than none.
    return [];
  }
}

type Where = SearchResult['where'];

const isAt = (place: Where, { folder, peers }: Where): boolean =>
  folder === place.folder && peers.some(({ peer }) => place.peers.some((one) => one.peer === peer));
