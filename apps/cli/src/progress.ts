/** The progress of downloads on stderr: one line each on a terminal, a plain line now and then elsewhere. */
import type { Download } from '@iwanto/bus';
import { remark, shown, sizeText } from './print.js';
import { downloadLines, rateText, shareOf } from './screen/download-line.js';
import { LiveLines, type Screen } from './screen/live-lines.js';

/** A terminal is drawn at most this often. */
const DRAW_EVERY_MS = 100;
const PLAIN_LINE_EVERY_MS = 2_000;

export interface Progress {
  show(download: Download): void;
  /** The last state of the last download, after which the lines are left as they are. */
  end(download: Download): void;
}

/** The fitting kind of progress for standard error. */
export function openProgress(): Progress {
  return process.stderr.isTTY ? liveProgress(process.stderr) : plainProgress();
}

/** One line for each download, in the order in which they began. */
export function liveProgress(screen: Screen): Progress {
  const downloads = new Map<string, Download>();
  const lines = new LiveLines(screen, (columns) => downloadLines([...downloads.values()], columns));
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
    end: (download) => {
      clearTimeout(later);
      downloads.set(download.hash, download);
      lines.end();
    },
  };
}

function plainProgress(): Progress {
  let saidMs = -Infinity;
  let said = '';
  const show = (download: Download) => {
    const nowMs = performance.now();
    const percent = Math.floor(100 * shareOf(download));
    const amount = `${percent} % of ${sizeText(download.bytes)}`;
    const text = `${shown(download.name)} ${amount} ${rateText(download)}`;
    if (nowMs - saidMs < PLAIN_LINE_EVERY_MS || text === said) return;
    saidMs = nowMs;
    said = text;
    remark(text);
  };
  return { show, end: () => undefined };
}
