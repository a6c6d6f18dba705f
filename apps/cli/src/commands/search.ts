/** `iwanto search NAME`: asks the leader's tracker, best fit first. */
import {
  QUERY_CHARACTERS_MAX,
  SEARCH_LIMIT_DEFAULT,
  SEARCH_LIMIT_MAX,
  type SearchAnswer,
  type SearchResult,
  Failure,
} from '@iwanto/wire';
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { numberFrom } from '../input.js';
import { foundLines, legend } from '../found-table.js';
import { type HeldHere, heldHere } from '../held-here.js';
import { jsonLine, remark, say, shown, styledError } from '../print.js';
import { type Seen, recall, remember, shownHashes } from '../remembered.js';
import { sayPaged } from '../screen/pager.js';
import { filtersFrom, withFilters } from '../search-filters.js';
import { shortHashes } from '../short-hashes.js';

export const command = commandOf({
  options: (words) =>
    withFilters(words)
      .positional('name', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'The name, whole or in part; misspelt is fine',
      })
      .option('limit', {
        type: 'number',
        requiresArg: true,
        default: SEARCH_LIMIT_DEFAULT,
        describe: `Show this many at most (1 to ${SEARCH_LIMIT_MAX})`,
      })
      .example('iwanto search dark knight', 'Files and folders whose names fit')
      .example('iwanto search "drak kinght" --limit 3', 'Typing errors are forgiven')
      .example('iwanto search "matrix -reloaded size:>1G"', 'Words, an excluded word and a filter')
      .example('iwanto search --json -- -odd-name-', 'A name that begins with a dash')
      .epilogue(
        'Exit codes: 0 found, 3 nothing found, only similar names, or only contents of departed hosts, 4 services not running or no leader yet.',
      ),
  run: async ({ name, limit, json, verbose, sort, ...words }) => {
    const filters = filtersFrom(words, Date.now());
    const question = {
      query: queryFrom(name),
      limit: numberFrom('limit', limit, { min: 1, max: SEARCH_LIMIT_MAX }),
      withLeft: true,
      ...(filters && { filters }),
      ...(sort !== 'fit' && { sort }),
    };
    const [memory, [answer, held]] = await Promise.all([
      recall(),
      withBus((bus) => {
        const found = bus.call('search', question);
        return Promise.all([found, heldHere(bus, found.then(hashesOf))]);
      }),
    ]);
    const hashes = shortHashes(hashesOf(answer), shownHashes(memory));
    await remember({ query: question.query, results: answer.results.map(seenOf) }, memory);
    if (json) say(jsonLine({ ...answer, results: answer.results.map(markedWith(held)) }));
    else await print({ answer, held, hashes: verbose ? hashesOf(answer) : hashes }, question);
    return isHere(answer) && !answer.similar ? EXIT.done : EXIT.notFound;
  },
});

function queryFrom(words: readonly string[]): string {
  const query = words.join(' ').normalize('NFC').trim();
  if (query === '') throw new Failure('E_BAD_REQUEST', 'The name to search for is empty.');
  // A long path was pasted: its end is the name.
  return query.slice(-QUERY_CHARACTERS_MAX);
}

/** Whether anything was found on a host that is online. */
const isHere = ({ results }: SearchAnswer) => results.some(({ seen }) => seen === undefined);

const hashesOf = ({ results }: SearchAnswer) => results.map(({ hash }) => hash);

const seenOf = ({ hash, kind, name, size, otherNames, where, seen }: SearchResult): Seen => {
  const holders = [...where.peers, ...(seen?.peers ?? [])].map(({ peer }) => peer);
  return { hash, kind, name, size, otherNames, holders };
};

/** Whether this host has it: `held` is null if it does not. */
const markedWith = (held: ReadonlyMap<string, HeldHere>) => (result: SearchResult) => {
  return { ...result, held: held.get(result.hash) ?? null };
};

interface Printed {
  readonly answer: SearchAnswer;
  readonly held: ReadonlyMap<string, HeldHere>;
  readonly hashes: readonly string[];
}

async function print(
  { answer, held, hashes }: Printed,
  { query, limit }: { query: string; limit: number },
): Promise<void> {
  const { results, total, totalIsLeast, similar, partial } = answer;
  if (results.length === 0) remark(`No match for "${shown(query)}".`);
  else {
    if (similar) remark('No match; similar names:');
    else if (!isHere(answer)) remark('Nobody who is here has it; it was seen before:');
    const meanings = legend(held);
    await sayPaged(foundLines({ query, results, hashes, held }));
    if (meanings !== undefined && process.stdout.isTTY) remark(styledError('dim', meanings));
  }
  const more =
    results.length < limit
      ? 'more do not fit into one answer, so add to the name'
      : `--limit ${Math.min(total, SEARCH_LIMIT_MAX)} shows more`;
  const all = totalIsLeast ? `at least ${total}` : String(total);
  const shownHere = results.filter(({ seen }) => seen === undefined).length;
  if (total > shownHere) remark(`${shownHere} of ${all} are shown; ${more}.`);
  if (partial) remark('Some peers have not announced their files yet; try again in a moment.');
}
