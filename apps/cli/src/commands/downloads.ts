/** `iwanto downloads`: what is being fetched and what can be resumed; `iwanto downloads cancel HASH` stops one. */
import type { Bus, Download } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { hashFrom } from '../input.js';
import { countText, jsonLine, remark, say, shown, sizeText, styled } from '../print.js';
import { printTable } from '../screen/table.js';
import { shortHashes } from '../short-hashes.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', {
        type: 'string',
        choices: ['cancel', 'clear'],
        describe: 'Stop one; or take what ended off the list',
      })
      .positional('hash', { type: 'string', describe: 'Which one' })
      .option('forget', { type: 'boolean', default: false, describe: 'Delete what has arrived' })
      .example('iwanto downloads', 'Everything that runs, ended or can be resumed')
      .example('iwanto downloads cancel 3f9a41c2', 'Stop it; "iwanto download" resumes it later')
      .example('iwanto downloads clear', 'Take what ended off the list'),
  run: async ({ action, hash, forget, json }) =>
    withBus(async (bus) => {
      if (action === undefined) await list(bus, json);
      else if (action === 'clear') await clear(bus, json);
      else await cancel(bus, { typed: hash, forget, json });
      return EXIT.done;
    }),
});

async function list(bus: Bus, json: boolean): Promise<void> {
  const { downloads } = await bus.call('download.list', {});
  if (json) say(jsonLine({ downloads }));
  else if (downloads.length === 0) remark('There are no downloads.');
  else await print(downloads);
}

/** One that was cut off and can go on did not fail. */
const stateText = ({ state, failure }: Download): string =>
  state === 'failed' && failure?.code === 'E_INTERRUPTED' ? 'interrupted' : state;

async function print(downloads: readonly Download[]): Promise<void> {
  const hashes = shortHashes(downloads.map(({ hash }) => hash));
  printTable(
    [
      { title: 'HASH' },
      { title: 'STATE' },
      { title: 'DONE', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'PATH' },
    ],
    downloads.map((one, at) => [
      styled('cyan', hashes[at] ?? ''),
      stateText(one),
      `${one.bytes === 0 ? 100 : Math.floor((100 * one.bytesDone) / one.bytes)} %`,
      sizeText(one.bytes),
      shown(one.path || one.name),
    ]),
  );
}

/** Files stay where they are, and so does what can be resumed. */
async function clear(bus: Bus, json: boolean): Promise<void> {
  const { downloads } = await bus.call('download.clear', {});
  if (json) say(jsonLine({ downloads }));
  else say(`cleared: ${countText(downloads.length, 'download')}`);
}

async function cancel(
  bus: Bus,
  { typed, forget, json }: { typed: string | undefined; forget: boolean; json: boolean },
): Promise<void> {
  if (typed === undefined) {
    throw new Failure('E_BAD_REQUEST', 'Name the download: "iwanto downloads cancel HASH".');
  }
  const hash = hashFrom(typed);
  const { downloads } = await bus.call('download.list', {});
  const fitting = downloads.filter((one) => one.hash.startsWith(hash));
  if (fitting.length === 0) {
    throw new Failure('E_NOT_FOUND', `No download has the hash ${hash}; see "iwanto downloads".`);
  }
  for (const { id } of fitting) {
    const ended = await bus.call('download.cancel', { id, forget });
    say(json ? jsonLine(ended) : `cancelled: ${shown(ended.name)}`);
  }
}
