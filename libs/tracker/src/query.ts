/** Parses a query: words, "phrases", -without, wild*cards, ext:, size: and type:. */
import { Failure, type SearchType, bytesFrom, searchTypes } from '@iwanto/wire';
import { isExtension } from './extensions.js';

/** The longest query that is used, in code points: of a longer one, its end (HOSTILE 54). */
export const QUERY_CODE_POINTS_MAX = 256;

/** Words with `*` that count, the first ones: each is compared with every word that any name has (HOSTILE 175). */
const PATTERNS_MAX = 4;

/** What a query contains besides its words. */
export interface QueryFilters {
  readonly types: readonly SearchType[];
  readonly extensions: readonly string[];
  readonly sizeMin: number;
  readonly sizeMax: number;
}

export interface Query extends QueryFilters {
  /** The words to be ranked by, those of the phrases included. */
  readonly words: string;
  /** Words of a pasted path in front of its last name: they help, and may be missing. */
  readonly path: string;
  readonly phrases: readonly string[];
  readonly excluded: readonly string[];
  /** Words with `*` in them. */
  readonly patterns: readonly string[];
}

/** One word, `"phrase"`, or `key:value`, with its prefix. */
const CHUNKS =
  /(?<minus>-?)(?:(?<key>ext|size|type):(?<value>\S+)|"(?<phrase>[^"]*)"?|(?<word>\S+))/gu;
const PLURAL = /s$/;
const PATH = /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\)|[\\/].*[\\/]/;

const refuse = (sentence: string) => new Failure('E_BAD_REQUEST', sentence);

/** Throws E_BAD_REQUEST. */
function sizeFrom(text: string): number {
  const bytes = bytesFrom(text);
  if (bytes !== undefined) return bytes;
  throw refuse(`size: takes numbers like 700, 100M or 1.5G, not "${text}".`);
}

function typeFrom(text: string): SearchType {
  const name = text.toLowerCase();
  const type = searchTypes.find((one) => one === name || one === name.replace(PLURAL, ''));
  if (type) return type;
  throw refuse(`type: takes ${searchTypes.join(', ')}, not "${text}".`);
}

/** Collects the parts of one query. */
class Reader {
  readonly words: string[] = [];
  readonly phrases: string[] = [];
  readonly excluded: string[] = [];
  readonly patterns: string[] = [];
  readonly types: SearchType[] = [];
  readonly extensions: string[] = [];
  sizeMin = 0;
  sizeMax = Infinity;

  read(text: string): void {
    for (const { groups = {} } of text.matchAll(CHUNKS)) {
      const { minus, key, value, phrase, word } = groups;
      if (key !== undefined && value !== undefined) this.#filter(key, value);
      else if (minus === '-' && isExcludable(phrase ?? word))
        this.excluded.push(phrase ?? word ?? '');
      else if (phrase !== undefined) this.#phrase(phrase);
      else if (minus === '' && word?.startsWith('*.') && dottedExtension(word) !== '')
        this.extensions.push(dottedExtension(word));
      else if (word?.includes('*')) this.#pattern(word);
      else if (word !== undefined) this.words.push(`${minus}${word}`);
    }
  }

  #phrase(phrase: string): void {
    if (phrase.trim() === '') return;
    this.phrases.push(phrase);
    this.words.push(phrase);
  }

  #pattern(word: string): void {
    for (const piece of word.split(/[^\p{L}\p{N}\p{M}*]+/u)) {
      if (piece.includes('*')) {
        if (/[^*]/.test(piece) && this.patterns.length < PATTERNS_MAX) this.patterns.push(piece);
      } else if (piece !== '') this.words.push(word.includes(`*.${piece}`) ? `.${piece}` : piece);
    }
  }

  #filter(key: string, value: string): void {
    if (key === 'type') this.types.push(...value.split(',').map(typeFrom));
    else if (key === 'size') this.#size(value);
    else
      this.extensions.push(
        ...value.split(',').map((extension) => extension.replace(/^\./, '').toLowerCase()),
      );
  }

  #size(value: string): void {
    const range = value.split('..');
    if (range.length === 2) {
      if (range[0] !== '') this.sizeMin = sizeFrom(range[0] ?? '');
      if (range[1] !== '') this.sizeMax = sizeFrom(range[1] ?? '');
      return;
    }
    const [, sign = '', number = ''] = /^([<>]?=?)(.*)$/.exec(value) ?? [];
    const size = sizeFrom(number);
    if (sign.startsWith('>')) this.sizeMin = sign === '>' ? size + 1 : size;
    else if (sign.startsWith('<')) this.sizeMax = sign === '<' ? size - 1 : size;
    else [this.sizeMin, this.sizeMax] = [size, size];
  }
}

/** The extension of `*.avi` or `.avi`, in small letters; empty for any other word. */
function dottedExtension(word: string): string {
  const [, extension = ''] = /^\*?\.(\w+)$/.exec(word.toLowerCase()) ?? [];
  return isExtension(extension) ? extension : '';
}

const isExcludable = (text: string | undefined) =>
  text !== undefined && /^[\p{L}\p{N}]/u.test(text);

/** The end of a long text: of a pasted path, that is the name. */
function endOf(text: string): string {
  if (text.length <= QUERY_CODE_POINTS_MAX) return text;
  // Truncated first: normalising a megabyte is a waste. A code point is two units at most.
  const characters = Array.from(text.slice(-QUERY_CODE_POINTS_MAX * 4).normalize('NFC'));
  const end = characters.slice(-QUERY_CODE_POINTS_MAX).join('');
  return end.includes(' ') || end.includes('/') ? end.replace(/^[^\s/]*[\s/]/, '') : end;
}

/** Parses a query. Throws E_BAD_REQUEST for a filter that cannot be understood. */
export function readQuery(text: string): Query {
  const end = endOf(text).normalize('NFC');
  const reader = new Reader();
  const extension = dottedExtension(end.trim());
  if (extension !== '') return { ...partsOf(reader), extensions: [extension] };
  if (PATH.test(end) && !end.includes('"')) {
    const slash = Math.max(end.lastIndexOf('/'), end.lastIndexOf('\\'), -1);
    const name = end.slice(slash + 1).trim();
    if (name !== '') return { ...partsOf(reader), words: name, path: end.slice(0, slash) };
  }
  reader.read(end);
  const query = partsOf(reader);
  const isOnlyWithout = query.words === '' && !hasFilters(query) && query.patterns.length === 0;
  // A word with a leading dash is a name if there is nothing to exclude it from.
  if (isOnlyWithout && query.excluded.length > 0 && !end.includes('*'))
    return { ...query, words: end, excluded: [] };
  return query;
}

function partsOf(reader: Reader): Query {
  const { words, phrases, excluded, patterns, types, extensions, sizeMin, sizeMax } = reader;
  const parts = { phrases, excluded, patterns, types, extensions, sizeMin, sizeMax };
  return { words: words.join(' '), path: '', ...parts };
}

export const hasFilters = (filters: QueryFilters): boolean =>
  filters.types.length > 0 ||
  filters.extensions.length > 0 ||
  filters.sizeMin > 0 ||
  filters.sizeMax < Infinity;
