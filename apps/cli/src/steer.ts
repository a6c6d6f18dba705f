/** Commands that act on downloads by their hashes: pause, resume, cancel. */
import type { Bus, Download } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from './ask.js';
import { type Command, commandOf } from './command.js';
import { hashFrom } from './input.js';
import { jsonLine, remark, say, shown } from './print.js';

const ACTIVE: readonly Download['state'][] = ['locating', 'running', 'stalled'];

export const isActive = ({ state }: Download): boolean => ACTIVE.includes(state);

export interface Steering {
  /** How it is typed. */
  readonly word: string;
  /** What it did, in front of the name. */
  readonly done: string;
  /** Which downloads `--all` means. */
  readonly concerns: (download: Download) => boolean;
  readonly act: (bus: Bus, id: string) => Promise<Download>;
  readonly epilogue: string;
}

export interface SteeringWords {
  readonly hash: string[] | undefined;
  readonly all: boolean;
}

/** A command `iwanto WORD HASH…` or `iwanto WORD --all`. */
export function steering({
  word,
  done,
  concerns,
  act,
  epilogue,
}: Steering): Command<SteeringWords> {
  return commandOf({
    options: (words) =>
      words
        .positional('hash', {
          type: 'string',
          array: true,
          describe: 'Downloads, as "iwanto downloads" lists them',
        })
        .option('all', { type: 'boolean', default: false, describe: 'All of them' })
        .example(`iwanto ${word} 3f9a41c2`, 'At least 8 characters of each hash')
        .epilogue(epilogue),
    run: ({ hash, all, json }) =>
      withBus(async (bus) => {
        const { downloads } = await bus.call('download.list', {});
        const meant = all
          ? downloads.filter(concerns)
          : namesOf(hash, word).flatMap((typed) => fitting(downloads, typed));
        const ended = [];
        for (const { id } of meant) ended.push(await act(bus, id));
        if (json) say(jsonLine({ downloads: ended }));
        else for (const download of ended) sayActed(download, { word, done });
        if (ended.length === 0 && !json) remark(`There is no download to ${word}.`);
        return EXIT.done;
      }),
  });
}

/** What was done when it came is not undone: nothing acts on it. */
function sayActed({ name, state }: Download, { word, done }: Pick<Steering, 'word' | 'done'>) {
  if (state === 'done') remark(`${shown(name)} is complete: there is nothing to ${word}.`);
  else say(`${done}: ${shown(name)}`);
}

function namesOf(hash: readonly string[] | undefined, word: string): readonly string[] {
  if (hash && hash.length > 0) return hash;
  throw new Failure('E_BAD_REQUEST', `Name the download: "iwanto ${word} HASH", or give --all.`);
}

function fitting(downloads: readonly Download[], typed: string): Download[] {
  const hash = hashFrom(typed);
  const found = downloads.filter((one) => one.hash.startsWith(hash));
  if (found.length === 1) return found;
  if (found.length === 0) {
    throw new Failure('E_NOT_FOUND', `No download has the hash ${hash}; see "iwanto downloads".`);
  }
  throw new Failure(
    'E_AMBIGUOUS',
    `${found.length} downloads begin with ${hash}; type more of it.`,
  );
}
