/** `iwanto download HASH`: fetches and waits; `iwanto download to DIR`: where downloads go from now on. */
import type { Bus, Download } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { whenInterrupted } from '../end.js';
import { hashFrom, numberFrom, pathFrom } from '../input.js';
import { countText, jsonLine, remark, say, shown, sizeText, timeText } from '../print.js';
import { openProgress } from '../progress.js';
import { watch } from '../watch.js';

/** How long to wait for a source while none answers, in seconds. */
const WAIT_SECONDS = 30;
const WAIT_SECONDS_MAX = 86_400;
/** Progress events on stdout come at most this often. */
const EVENT_EVERY_MS = 200;

export const command = commandOf({
  options: (words) =>
    words
      .positional('hash', {
        type: 'string',
        demandOption: true,
        describe: 'A hash, or at least 8 characters of it, as "iwanto search" shows it; or: to',
      })
      .positional('folder', { type: 'string', describe: 'After "to": the new download folder' })
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: 'Put it into this folder, this time',
      })
      .option('overwrite', { type: 'boolean', default: false, describe: 'Replace what is there' })
      .option('wait', {
        type: 'number',
        requiresArg: true,
        default: WAIT_SECONDS,
        describe: 'Seconds to wait while no source answers',
      })
      .example('iwanto download 3f9a41c2', 'Fetch, verify and put it into the download folder')
      .example('iwanto download 3f9a41c2 --to ~/films', 'This time into another folder')
      .example('iwanto download to ~/Downloads', 'Let downloads go there from now on')
      .epilogue(
        'Ctrl-C ends the command, not the download. Exit codes: 0 done, 3 unknown hash, 5 no source left, ' +
          '7 interrupted and resumable, 9 disk full, 13 target exists, 32 verification failed.',
      ),
  run: async ({ hash, folder, to, overwrite, wait, json }) => {
    if (hash === 'to') return withBus((bus) => setFolder(bus, folder, json));
    if (folder !== undefined) {
      throw new Failure('E_BAD_REQUEST', `Use --to ${folder}, or "iwanto download to ${folder}".`);
    }
    const wanted = {
      hash: hashFrom(hash),
      overwrite,
      ...(to === undefined ? {} : { to: pathFrom(to) }),
    };
    const sourceLimitMs = 1_000 * numberFrom('wait', wait, { min: 1, max: WAIT_SECONDS_MAX });
    return withBus((bus) => fetch(bus, { wanted, sourceLimitMs, json }));
  },
});

async function setFolder(bus: Bus, folder: string | undefined, json: boolean): Promise<number> {
  if (folder === undefined) {
    throw new Failure('E_BAD_REQUEST', 'Name the folder: "iwanto download to FOLDER".');
  }
  const answer = await bus.call('folder.set', { path: pathFrom(folder) });
  say(json ? jsonLine(answer) : `downloads go to ${shown(answer.path)}`);
  return EXIT.done;
}

interface Order {
  readonly wanted: { hash: string; overwrite: boolean; to?: string };
  readonly sourceLimitMs: number;
  readonly json: boolean;
}

async function fetch(bus: Bus, { wanted, sourceLimitMs, json }: Order): Promise<number> {
  const start = () => bus.call('download.start', wanted);
  const first = await start();
  whenInterrupted(
    `The download goes on in the service; "iwanto download ${first.hash.slice(0, 8)}" shows it again.`,
  );
  const progress = json ? eventProgress() : openProgress();
  let latest = first;
  try {
    const last = await watch(bus, first, {
      sourceLimitMs,
      again: start,
      changed: (download) => {
        latest = download;
        progress.show(download);
      },
    });
    progress.end(last);
    return conclude(last, json);
  } catch (cause) {
    progress.end(latest);
    if (json) say(jsonLine({ event: 'interrupted', hash: latest.hash, ...reasonOf(cause) }));
    throw cause;
  }
}

const reasonOf = (cause: unknown) =>
  cause instanceof Failure ? { error: cause.code, sentence: cause.sentence } : {};

function conclude(download: Download, json: boolean): number {
  const { hash, path, bytes, seconds, sources, state, files, kind, failure } = download;
  if (state !== 'done') {
    throw failure
      ? new Failure(failure.code, failure.sentence)
      : new Failure('E_INTERRUPTED', 'The download was cancelled; what has arrived is kept.');
  }
  if (json) say(jsonLine({ event: 'done', hash, path, bytes, seconds, sources }));
  else {
    say(shown(path));
    const what = kind === 'directory' ? `${countText(files, 'file')}, ` : '';
    remark(
      `${what}${sizeText(bytes)} in ${timeText(seconds)} from ${countText(sources, 'source')}, verified`,
    );
  }
  return EXIT.done;
}

/** One JSON line an event; the last one is written by `conclude`. */
function eventProgress() {
  let saidMs = -Infinity;
  let state: Download['state'] | undefined;
  const show = (download: Download) => {
    const { hash, kind, name, bytes, bytesDone, bytesPerSecond, sources } = download;
    const nowMs = performance.now();
    if (download.state === 'done') return;
    if (download.state === state && nowMs - saidMs < EVENT_EVERY_MS) return;
    saidMs = nowMs;
    state = download.state;
    const facts = { hash, kind, name, bytes, bytesDone, bytesPerSecond, sources };
    say(jsonLine({ event: 'progress', state, ...facts }));
  };
  return { show, end: () => undefined };
}
