/** `iwanto downloads`: what is being fetched, waits or ended; with --watch until nothing runs any more. */
import { type Bus, type Download, unlessAbsent } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { type PeerId, sizeText } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { countText, jsonLine, remark, say, shown, styled, timeText } from '../print.js';
import { peerNames } from '../peer-names.js';
import { openProgress } from '../progress.js';
import { rateText, secondsLeft } from '../screen/download-line.js';
import { printTable } from '../screen/table.js';
import { shortHashes } from '../short-hashes.js';
import { isActive } from '../steer.js';

/** News may be lost: how often all are asked for, in ms. */
const ASK_EVERY_MS = 500;

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', {
        type: 'string',
        choices: ['clear'],
        describe: 'Remove ended downloads from the list',
      })
      .option('watch', {
        type: 'boolean',
        default: false,
        describe: 'Show them until none is running',
      })
      .example(
        'iwanto downloads',
        'Downloads that are running, can be resumed, or have ended since the start',
      )
      .example('iwanto downloads clear', 'Remove ended downloads from the list')
      .epilogue('"iwanto pause", "iwanto resume" and "iwanto cancel" act on them.'),
  run: async ({ action, watch, json }) =>
    withBus(async (bus) => {
      if (action === 'clear') await clear(bus, json);
      else if (watch) await watchAll(bus, json);
      else await list(bus, json);
      return EXIT.done;
    }),
});

async function list(bus: Bus, json: boolean): Promise<void> {
  const { downloads } = await bus.call('download.list', {});
  if (json) say(jsonLine({ downloads }));
  else if (downloads.length === 0) remark('There are no downloads.');
  else print(downloads, await relayNames(bus, downloads));
}

/** Shows them until none runs any more, and then how each ended. */
async function watchAll(bus: Bus, json: boolean): Promise<void> {
  const ended = await follow(bus, json);
  if (ended.length > 0 && !json) print(ended, await relayNames(bus, ended));
}

/** The names of the peers that relay for one of these downloads. */
async function relayNames(bus: Bus, downloads: readonly Download[]): Promise<Map<PeerId, string>> {
  if (downloads.every(({ relays = [] }) => relays.length === 0)) return new Map();
  const known = await unlessAbsent(bus.call('peers.get', {}));
  return peerNames(known?.peers ?? []);
}

/** How many there are, and who relays what they send. */
function sourcesText({ sources, relays = [] }: Download, names: ReadonlyMap<PeerId, string>) {
  if (sources === 0) return '';
  const via = relays.map((relay) => names.get(relay) ?? relay).join(', ');
  return via === '' ? String(sources) : `${sources} via ${via}`;
}

/** One that continues by itself did not fail. */
function stateText({ state, failure }: Download): string {
  if (state !== 'failed') return state;
  if (failure?.code === 'E_INTERRUPTED') return 'interrupted';
  return failure?.code === 'E_NO_SOURCE' ? 'waiting' : state;
}

const leftText = (download: Download): string => {
  const seconds = secondsLeft(download);
  return seconds === undefined ? '' : timeText(seconds);
};

function print(downloads: readonly Download[], names: ReadonlyMap<PeerId, string>): void {
  const hashes = shortHashes(downloads.map(({ hash }) => hash));
  printTable(
    [
      { title: 'HASH', style: (text) => styled('cyan', text) },
      { title: 'STATE' },
      { title: 'DONE', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'RATE', align: 'right' },
      { title: 'LEFT', align: 'right' },
      { title: 'SOURCES', align: 'right' },
      { title: 'PATH', cut: true },
    ],
    downloads.map((one, at) => [
      hashes[at] ?? '',
      stateText(one),
      `${one.bytes === 0 ? 100 : Math.floor((100 * one.bytesDone) / one.bytes)} %`,
      sizeText(one.bytes),
      one.state === 'running' || one.state === 'done' ? rateText(one) : '',
      leftText(one),
      sourcesText(one, names),
      shown(one.path || one.name),
    ]),
  );
}

/** Shows all that run, in place on a terminal, until none runs any more; gives those that were shown. */
async function follow(bus: Bus, json: boolean): Promise<readonly Download[]> {
  const { downloads } = await bus.call('download.list', {});
  const running = downloads.filter(isActive);
  if (running.length === 0) {
    remark('Nothing is being fetched.');
    return [];
  }
  const progress = json ? undefined : openProgress(running.length);
  const show = (download: Download) =>
    progress ? progress.show(download) : say(jsonLine(download));
  running.forEach(show);
  const stop = bus.subscribe('download.progressed', show);
  const seen = new Set(running.map(({ id }) => id));
  try {
    for (;;) {
      await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
      const now = (await bus.call('download.list', {})).downloads;
      for (const one of now) if (isActive(one)) seen.add(one.id);
      for (const one of now) if (!json && seen.has(one.id)) show(one);
      if (!now.some(isActive)) return now.filter(({ id }) => seen.has(id));
    }
  } finally {
    stop();
    progress?.end();
  }
}

/** Files stay where they are, and so does what can be resumed. */
async function clear(bus: Bus, json: boolean): Promise<void> {
  const { downloads } = await bus.call('download.clear', {});
  if (json) say(jsonLine({ downloads }));
  else say(`cleared: ${countText(downloads.length, 'download')}`);
}
