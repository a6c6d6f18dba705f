/** Begins downloads, follows them to their ends, and says how each ended. */
import type { Bus, Download } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { Failure, sizeText } from '@iwanto/wire';
import { explain, whenInterrupted } from './end.js';
import { countText, jsonLine, remark, say, shown, timeText } from './print.js';
import { type Progress, openProgress } from './progress.js';
import { confirmed } from './confirm.js';
import { meantText } from './meant-text.js';
import { watch } from './watch.js';

/** Progress events on stdout come at most this often. */
const EVENT_EVERY_MS = 200;

type StartQuestion = Parameters<typeof startOne>[1];

const startOne = (
  bus: Bus,
  question: {
    readonly hash: string;
    readonly to?: string;
    readonly as?: string;
    readonly only?: string;
    readonly overwrite: boolean;
    readonly rename: boolean;
    readonly confirmed: boolean;
    readonly bytesPerSecondMax?: number;
    readonly reseed?: boolean;
  },
) => bus.call('download.start', question);

/** If a hash prefix decided, what it was taken to mean (HOSTILE 123). */
async function startKnown(bus: Bus, question: StartQuestion): Promise<Download> {
  const download = await startOne(bus, question);
  if (question.hash !== download.hash) remark(meantText(question.hash, download));
  return download;
}

export interface Order {
  readonly wanted: readonly StartQuestion[];
  readonly sourceLimitMs: number;
  readonly json: boolean;
  /** Do not wait for the end. */
  readonly detach: boolean;
}

/** The exit code: that of the first that failed. A failed one does not stop the others. */
export async function fetchAll(bus: Bus, order: Order): Promise<number> {
  const { wanted, json, detach } = order;
  const progress = json || detach ? eventProgress(detach) : openProgress(wanted.length);
  const ends = await Promise.allSettled(
    wanted.map((question) =>
      detach ? begin(bus, question, json) : fetch(bus, question, { order, progress }),
    ),
  );
  progress.end();
  const failed = ends.filter((end) => end.status === 'rejected');
  const done = ends.flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : []));
  for (const download of done) sayDone(download, json);
  if (failed.length > 1) {
    for (const { reason } of failed.slice(1)) await explain(reason, json ? ['--json'] : [], []);
  }
  if (failed[0]) throw failed[0].reason;
  return EXIT.done;
}

async function begin(bus: Bus, question: StartQuestion, json: boolean): Promise<undefined> {
  const download = await startKnown(bus, question);
  const { hash, name, path } = download;
  if (json) say(jsonLine({ event: 'begun', hash, name, path }));
  else say(`${hash.slice(0, 8)} ${shown(path)}`);
}

interface Watching {
  readonly order: Order;
  readonly progress: Progress;
}

async function fetch(
  bus: Bus,
  question: StartQuestion,
  { order, progress }: Watching,
): Promise<Download> {
  const { json, sourceLimitMs } = order;
  const start = () => startOne(bus, question);
  const first = await startKnown(bus, question);
  whenInterrupted('The download continues in the service; "iwanto downloads --watch" shows it.');
  let latest = first;
  let notes = 0;
  try {
    const last = await watch(bus, first, {
      sourceLimitMs,
      again: start,
      changed: (download) => {
        for (const note of download.notes.slice(notes)) progress.note(note);
        notes = download.notes.length;
        latest = download;
        progress.show(download);
      },
    });
    return finished(last);
  } catch (cause) {
    if (await confirmed(cause)) {
      return fetch(bus, { ...question, confirmed: true }, { order, progress });
    }
    if (json) say(jsonLine({ event: 'interrupted', hash: latest.hash, ...reasonOf(cause) }));
    throw cause;
  }
}

const reasonOf = (cause: unknown) =>
  cause instanceof Failure ? { error: cause.code, sentence: cause.sentence } : {};

/** The download when it is complete, otherwise why it is not. */
function finished(download: Download): Download {
  const { state, failure, hash } = download;
  if (state === 'done') return download;
  if (failure) throw new Failure(failure.code, failure.sentence);
  const sentence =
    state === 'paused'
      ? `The download was paused; "iwanto resume ${hash.slice(0, 8)}" continues it.`
      : 'The download was cancelled.';
  throw new Failure('E_INTERRUPTED', sentence);
}

function sayDone({ hash, path, bytes, seconds, sources, files, kind }: Download, json: boolean) {
  if (json) return say(jsonLine({ event: 'done', hash, path, bytes, seconds, sources }));
  say(shown(path));
  // What was whole before it was asked for is not counted again.
  const isCounted = kind === 'directory' && (files > 0 || bytes === 0);
  const what = isCounted ? `${countText(files, 'file')}, ` : '';
  const from = sources === 0 ? 'this disk' : countText(sources, 'source');
  remark(`${what}${sizeText(bytes)} in ${timeText(seconds)} from ${from}, verified`);
}

/** One JSON line per event; the last one is written at the end. */
function eventProgress(isSilent: boolean): Progress {
  const said = new Map<string, { state: Download['state']; atMs: number }>();
  const show = (download: Download) => {
    const { hash, kind, name, state, bytes, bytesDone, bytesPerSecond, sources } = download;
    const nowMs = performance.now();
    const before = said.get(hash);
    if (state === 'done' || isSilent) return;
    if (before?.state === state && nowMs - before.atMs < EVENT_EVERY_MS) return;
    said.set(hash, { state, atMs: nowMs });
    const facts = { hash, kind, name, bytes, bytesDone, bytesPerSecond, sources };
    say(jsonLine({ event: 'progress', state, ...facts }));
  };
  const note = (sentence: string) => say(jsonLine({ event: 'note', sentence }));
  return { show, note, end: () => undefined };
}
