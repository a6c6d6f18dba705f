/** `iwanto download HASH…`: fetches and waits; `iwanto download to DIR`: changes the download folder. */
import type { Bus } from '@iwanto/bus';
import { EXIT, rateFrom } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import type { Argv } from 'yargs';
import { withBus } from '../ask.js';
import { type Given, commandOf } from '../command.js';
import { fetchAll } from '../fetch.js';
import { hashFrom, numberFrom, pathFrom } from '../input.js';
import { jsonLine, remark, say, shown, timeText } from '../print.js';
import { type Memory, type Seen, recall, shownAs } from '../remembered.js';

/** How long to wait for a source while none answers, in seconds. */
const WAIT_SECONDS = 30;
const WAIT_SECONDS_MAX = 86_400;

/** Where what is fetched goes, and what of it. */
const placing = (words: Argv<Given>) =>
  words
    .option('to', { type: 'string', requiresArg: true, describe: 'Put it into this folder' })
    .option('as', { type: 'string', requiresArg: true, describe: 'Give it this name' })
    .option('rename', {
      type: 'boolean',
      default: false,
      describe: 'If the name is taken, add a number to it',
    })
    .option('overwrite', {
      type: 'boolean',
      default: false,
      describe: 'Replace an earlier download of that name',
    })
    .option('only', {
      type: 'string',
      requiresArg: true,
      describe: 'Fetch only files that match this pattern, such as "*.jpg"',
    });

export const command = commandOf({
  options: (words) =>
    placing(words)
      .positional('hash', {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          'Hashes (at least 8 characters of each) or numbers from the last search; or: to DIR',
      })
      .option('limit', { type: 'string', requiresArg: true, describe: 'Limit its rate: 5M' })
      .option('yes', {
        type: 'boolean',
        default: false,
        describe: 'Do not ask, however large it is',
      })
      .option('reseed', {
        type: 'boolean',
        default: true,
        describe: 'Serve it to others; or --no-reseed',
      })
      .option('wake', {
        type: 'boolean',
        default: false,
        describe: 'If no online peer has it, wake a host that had it',
      })
      .option('detach', { type: 'boolean', default: false, describe: 'Start it and do not wait' })
      .option('wait', {
        type: 'number',
        requiresArg: true,
        default: WAIT_SECONDS,
        describe: 'Seconds to wait while no source answers',
      })
      .example('iwanto download 3f9a41c2', 'Fetch and verify it into the download folder')
      .example('iwanto download 3', 'The third result of the last search')
      .example('iwanto download 3f9a41c2 --to ~/films', 'This time into another folder')
      .example('iwanto download to ~/Downloads', 'Change the download folder')
      .epilogue(
        'Ctrl-C ends the command, not the download. Exit codes: 0 done, 3 unknown hash, 5 no source left, ' +
          '7 interrupted and resumable, 9 disk full, 13 target exists, 32 verification failed.',
      ),
  run: async ({
    hash: hashes,
    to,
    as,
    only,
    limit,
    wait,
    json,
    yes,
    wake,
    detach,
    overwrite,
    rename,
    reseed,
  }) => {
    const [first, second, ...others] = hashes;
    if (first === 'to' && others.length === 0) {
      return withBus((bus) => setFolder(bus, second, json));
    }
    if (as === '') throw new Failure('E_BAD_REQUEST', 'The name after --as is empty.');
    if (as !== undefined && hashes.length > 1) {
      throw new Failure(
        'E_BAD_REQUEST',
        '--as names a single download: give only one hash with it.',
      );
    }
    const choices = {
      ...{ overwrite, rename, reseed, confirmed: yes },
      ...(to === undefined ? {} : { to: pathFrom(to) }),
      ...(as === undefined ? {} : { as }),
      ...(only === undefined ? {} : { only }),
      ...limited(limit),
    };
    const memory = await recall();
    const named = hashes.map((typed) => {
      const seen = shownAs(memory, typed);
      if (seen) remarkNames(seen, as);
      return { hash: seen?.hash ?? hashFrom(typed), ...shownName(seen), ...choices };
    });
    const wanted = [...new Map(named.map((question) => [question.hash, question])).values()];
    const sourceLimitMs = 1_000 * numberFrom('wait', wait, { min: 1, max: WAIT_SECONDS_MAX });
    return withBus(async (bus) => {
      if (wake) await wakeHolders(bus, { hashes: wanted.map(({ hash }) => hash), memory, json });
      return fetchAll(bus, { wanted, sourceLimitMs, json, detach });
    });
  },
});

interface Waking {
  readonly hashes: readonly string[];
  readonly memory: Memory;
  readonly json: boolean;
}

/** One content after the other: a host that was woken for the first may have them all. */
async function wakeHolders(bus: Bus, { hashes, memory, json }: Waking): Promise<void> {
  const { wakeHolder } = await import('../waking.js');
  for (const hash of hashes) {
    const holders = shownAs(memory, hash)?.holders ?? [];
    const woken = await wakeHolder(bus, { hash, holders });
    if (woken === undefined || woken.wasHere) continue;
    const sentence = `${shown(woken.name)} was woken and is here after ${timeText(woken.seconds)}.`;
    if (json) say(jsonLine({ event: 'note', sentence }));
    else remark(sentence);
  }
}

function limited(limit: string | undefined) {
  const bytesPerSecondMax = limit === undefined ? undefined : rateFrom(limit);
  return bytesPerSecondMax === undefined ? {} : { bytesPerSecondMax };
}

/** The name under which it was shown; a hidden one that others chose is left to the service. */
const shownName = (seen: Seen | undefined): { as?: string } =>
  seen === undefined || seen.name.startsWith('.') ? {} : { as: seen.name };

/** A content may be found under one name and be known under others: a later look-up has to know them. */
function remarkNames({ name, otherNames }: Seen, as = name): void {
  const others = [...new Set([name, ...otherNames])].filter((one) => one !== as);
  if (others.length > 0) remark(`This content is also called ${others.map(shown).join(', ')}.`);
}

async function setFolder(bus: Bus, folder: string | undefined, json: boolean): Promise<number> {
  if (folder === undefined) {
    throw new Failure('E_BAD_REQUEST', 'Name the folder: "iwanto download to FOLDER".');
  }
  const answer = await bus.call('folder.set', { path: pathFrom(folder) });
  say(json ? jsonLine(answer) : `downloads go to ${shown(answer.path)}`);
  return EXIT.done;
}
