/** The options of `iwanto search` that say what a result must be, and how they are read. */
import {
  Failure,
  type SearchFilters,
  type SearchType,
  bytesFrom,
  searchSorts,
  searchTypes,
} from '@iwanto/wire';
import type { Argv } from 'yargs';

const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  m: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/** What the options hold before they are checked. */
export interface FilterWords {
  readonly type?: string | undefined;
  readonly ext?: string | undefined;
  readonly minSize?: string | undefined;
  readonly maxSize?: string | undefined;
  readonly newer?: string | undefined;
  readonly older?: string | undefined;
  readonly peer?: string | undefined;
  readonly mine?: boolean | undefined;
  readonly missing?: boolean | undefined;
}

/** Adds the filters to the options of a command. */
export function withFilters<T>(words: Argv<T>) {
  const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
  return words
    .option('type', text(`Only these: ${searchTypes.join(', ')}`))
    .option('ext', text('Only names with this extension, as in mkv or mkv,mp4'))
    .option('min-size', text('At least this large, as in 100M or 1.5G'))
    .option('max-size', text('At most this large'))
    .option('newer', text('Changed since: 2024-05-31, or 7d, 12h, 3w ago'))
    .option('older', text('Unchanged since then'))
    .option('peer', text('Only files that this peer has: its name or the start of its id'))
    .option('mine', { type: 'boolean', describe: 'Only files that this host shares itself' })
    .option('missing', {
      type: 'boolean',
      describe: 'Only files that this host does not have',
      conflicts: 'mine',
    })
    .option('sort', {
      choices: searchSorts,
      default: 'fit',
      describe: 'The order of the results',
    } as const);
}

const refuse = (sentence: string) => new Failure('E_BAD_REQUEST', sentence);

function typesFrom(typed: string): SearchType[] {
  return typed.split(',').map((one) => {
    const name = one.trim().toLowerCase();
    const type = searchTypes.find((known) => known === name || `${known}s` === name);
    if (type) return type;
    throw refuse(`--type takes ${searchTypes.join(', ')}, not "${one}".`);
  });
}

function sizeFrom(option: string, typed: string): number {
  const bytes = bytesFrom(typed);
  if (bytes !== undefined) return bytes;
  throw refuse(`--${option} takes sizes like 700, 100M or 1.5G, not "${typed}".`);
}

function timeFrom(option: string, typed: string, nowMs: number): number {
  const [, number, unit = ''] = /^(\d+)([hdwmy])$/.exec(typed.trim().toLowerCase()) ?? [];
  if (number !== undefined) return Math.max(0, nowMs - Number(number) * (UNIT_MS[unit] ?? DAY_MS));
  const dateMs = /^\d{4}(-\d{2}){0,2}/.test(typed) ? Date.parse(typed) : Number.NaN;
  if (Number.isFinite(dateMs) && dateMs >= 0) return dateMs;
  throw refuse(
    `--${option} takes a date like 2024-05-31 or an age like 7d or 12h, not "${typed}".`,
  );
}

/** The filters that were asked for; undefined if there are none. Throws E_BAD_REQUEST. */
export function filtersFrom(words: FilterWords, nowMs: number): SearchFilters | undefined {
  const { type, ext, minSize, maxSize, newer, older, peer, mine, missing } = words;
  const filters: SearchFilters = {
    ...(type !== undefined && { types: typesFrom(type) }),
    ...(ext !== undefined && { extensions: extensionsFrom(ext) }),
    ...(minSize !== undefined && { sizeMin: sizeFrom('min-size', minSize) }),
    ...(maxSize !== undefined && { sizeMax: sizeFrom('max-size', maxSize) }),
    ...(newer !== undefined && { modifiedFromMs: timeFrom('newer', newer, nowMs) }),
    ...(older !== undefined && { modifiedToMs: timeFrom('older', older, nowMs) }),
    ...(peer !== undefined && { peer }),
    ...(mine === true && { holding: 'mine' as const }),
    ...(missing === true && { holding: 'missing' as const }),
  };
  return Object.keys(filters).length > 0 ? filters : undefined;
}

function extensionsFrom(typed: string): string[] {
  const extensions = typed
    .split(',')
    .map((one) =>
      one
        .trim()
        .replace(/^\*?\./, '')
        .toLowerCase(),
    )
    .filter((one) => one !== '');
  if (extensions.length > 0) return extensions;
  throw refuse(`--ext takes extensions like mkv or mkv,mp4, not "${typed}".`);
}
