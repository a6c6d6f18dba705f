/** Which content a user means: a hash, a place in the last search, or a name. */
import type { Bus, ReadOpened } from '@iwanto/bus';
import { Failure, HASH_PREFIX_CHARACTERS_MIN, QUERY_CHARACTERS_MAX } from '@iwanto/wire';
import { hashFrom } from '../input.js';
import { meantText } from '../meant-text.js';
import { remark } from '../print.js';
import { recall, shownAs } from '../remembered.js';

const HASH = new RegExp(`^[0-9a-f]{${HASH_PREFIX_CHARACTERS_MIN},}$`);
const PLACE = /^\d{1,5}$/;

/** The words that name it on a command line. */
export const contentWords = {
  type: 'string',
  array: true,
  demandOption: true,
  describe: 'A hash, a number from the last search, or a name',
} as const;

/** A hash, whole or the beginning of one. Failure E_NOT_FOUND if nothing has that name. */
async function contentNamed(bus: Bus, words: readonly string[]): Promise<string> {
  const typed = words.join(' ').trim();
  if (typed === '') throw new Failure('E_BAD_REQUEST', 'The name is empty.');
  const spelled = typed.replace(/\s+/g, '').toLowerCase();
  if (PLACE.test(typed) || HASH.test(spelled)) {
    return shownAs(await recall(), typed)?.hash ?? hashFrom(typed);
  }
  return bestFit(bus, typed);
}

/** Opens it for reading; if a hash prefix decided, prints what it was taken to mean (HOSTILE 123). */
export async function openNamed(
  bus: Bus,
  words: readonly string[],
  how: { readonly glance?: boolean } = {},
): Promise<ReadOpened> {
  const hash = await contentNamed(bus, words);
  const opened = await bus.call('read.open', { hash, ...how });
  if (opened.hash !== hash) remark(meantText(hash, opened));
  return opened;
}

async function bestFit(bus: Bus, name: string): Promise<string> {
  const query = name.normalize('NFC').slice(-QUERY_CHARACTERS_MAX);
  const { results, similar } = await bus.call('search', { query, limit: 1 });
  const [best] = results;
  if (best && !similar) return best.hash;
  const nearest = best ? `; similar is ${best.name}, ${best.hash.slice(0, 16)}` : '';
  throw new Failure('E_NOT_FOUND', `There is nothing called "${name}"${nearest}.`);
}
