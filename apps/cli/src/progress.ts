/** The progress of downloads on stderr: one line each on a terminal, a plain line now and then elsewhere. */
import type { Download } from '@iwanto/bus';
import { sizeText } from '@iwanto/wire';
import { remark, shown } from './print.js';
import { downloadLines, rateText, shareOf } from './screen/download-line.js';
import { LiveLines, type Screen } from './screen/live-lines.js';

/** A terminal is drawn at most this often. */
const DRAW_EVERY_MS = 100;
const PLAIN_LINE_EVERY_MS = 2_000;

export interface Progress {
  show(download: Download): void;
  /** A sentence about a download, above its line. */
  note(sentence: string): void;
  /** All have ended: the lines are left as they are. */
  end(): void;
}

/** The fitting kind of progress for standard error; several downloads get a line for all of them. */
export function openProgress(several: number): Progress {
  return process.stderr.isTTY ? liveProgress(process.stderr, several > 1) : plainProgress();
}

/** One line for each download, in the order in which they began, and one for all if there are several. */
export function liveProgress(screen: Screen, withTotal = false): Progress {
  const downloads = new Map<string, Download>();
  const lines = new LiveLines(screen, (columns) => {
    const all = [...downloads.values()];
    return downloadLines(withTotal ? [...all, totalOf(all)] : all, columns);
  });
  let drawnMs = -Infinity;
  let later: NodeJS.Timeout | undefined;
  const draw = () => {
    clearTimeout(later);
    later = undefined;
    drawnMs = performance.now();
    lines.draw();
  };
  return {
    show: (download) => {
      downloads.set(download.hash, download);
      later ??= setTimeout(draw, Math.max(0, drawnMs + DRAW_EVERY_MS - performance.now()));
    },
    note: (sentence) => lines.above(shown(sentence)),
    end: () => {
      clearTimeout(later);
      lines.end();
    },
  };
}

function plainProgress(): Progress {
  const saidMs = new Map<string, number>();
  const said = new Map<string, string>();
  const show = (download: Download) => {
    const { hash } = download;
    const nowMs = performance.now();
    const percent = Math.floor(100 * shareOf(download));
    const amount = `${percent} % of ${sizeText(download.bytes)}`;
    const text = `${shown(download.name)} ${amount} ${rateText(download)}`;
    const isSoon = nowMs - (saidMs.get(hash) ?? -Infinity) < PLAIN_LINE_EVERY_MS;
    if (isSoon || text === said.get(hash)) return;
    saidMs.set(hash, nowMs);
    said.set(hash, text);
    remark(text);
  };
  return { show, note: (sentence) => remark(shown(sentence)), end: () => undefined };
}

/** All of them as if they were one. */
export function totalOf(downloads: readonly Download[]): Download {
  const sum = (of: (download: Download) => number) =>
    downloads.reduce((all, download) => all + of(download), 0);
  const isDone = downloads.every(({ state }) => state === 'done');
  const first = downloads[0]!;
  return {
    ...first,
    name: 'all',
    state: isDone ? 'done' : 'running',
    bytes: sum(({ bytes }) => bytes),
    bytesDone: sum(({ bytesDone }) => bytesDone),
    bytesPerSecond: sum(({ state, bytesPerSecond }) => (state === 'running' ? bytesPerSecond : 0)),
    seconds: Math.max(...downloads.map(({ seconds }) => seconds)),
  };
}
