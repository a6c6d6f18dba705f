/** The progress of one download on stderr: a bar on a terminal, a plain line now and then elsewhere. */
import type { Download } from '@iwanto/bus';
import type { SingleBar } from 'cli-progress';
import { remark, shown, sizeText, timeText } from './print.js';

/** A name longer than this is cut in front of the bar. */
const NAME_CHARACTERS_MAX = 28;
/** On a narrower terminal only percent and rate are shown. */
const BAR_COLUMNS_MIN = 72;
const PLAIN_LINE_EVERY_MS = 2_000;

export interface Progress {
  show(download: Download): void;
  /** The last state, after which the line is left as it is. */
  end(download: Download): void;
}

/** The fitting kind of progress for standard error. */
export async function openProgress(): Promise<Progress> {
  return process.stderr.isTTY ? barProgress() : plainProgress();
}

async function barProgress(): Promise<Progress> {
  const { default: progress } = await import('cli-progress');
  const wide = process.stderr.columns >= BAR_COLUMNS_MIN;
  const bar = new progress.SingleBar(
    {
      format: wide
        ? '{name} [{bar}] {percentage} % of {size} {rate} {left}'
        : '{percentage} % {rate}',
      barsize: 20,
      hideCursor: true,
      fps: 10,
      stream: process.stderr,
      linewrap: false,
    },
    progress.Presets.rect,
  );
  let started = false;
  const show = (download: Download) => {
    if (!started) bar.start(Math.max(1, download.bytes), 0, words(download));
    started = true;
    move(bar, download);
  };
  return {
    show,
    end: (download) => {
      show(download);
      bar.stop();
    },
  };
}

/** An empty file is whole at once: the bar counts at least one step. */
function move(bar: SingleBar, download: Download): void {
  bar.setTotal(Math.max(1, download.bytes));
  bar.update(
    download.bytes === 0 && download.state === 'done' ? 1 : download.bytesDone,
    words(download),
  );
}

/** The rate that matters: of the last moments while it runs, of the whole when it is done. */
function rateText({ state, bytes, seconds, bytesPerSecond }: Download): string {
  if (state === 'running') return `${sizeText(bytesPerSecond)}/s`;
  if (state !== 'done') return state;
  return seconds > 0 ? `${sizeText(bytes / seconds)}/s` : '';
}

function words(download: Download) {
  const { name, bytes, bytesDone, bytesPerSecond, state } = download;
  const label = shown(name);
  const secondsLeft = bytesPerSecond > 0 ? (bytes - bytesDone) / bytesPerSecond : Number.NaN;
  return {
    name:
      label.length > NAME_CHARACTERS_MAX ? `${label.slice(0, NAME_CHARACTERS_MAX - 1)}…` : label,
    size: sizeText(bytes),
    rate: rateText(download),
    left: state === 'running' && secondsLeft >= 1 ? `${timeText(secondsLeft)} left` : '',
  };
}

function plainProgress(): Progress {
  let saidMs = -Infinity;
  let said = '';
  const line = (download: Download) => {
    const percent = download.bytes === 0 ? 100 : (100 * download.bytesDone) / download.bytes;
    const { name, size, rate } = words(download);
    return `${name} ${Math.floor(percent)} % of ${size} ${rate}`;
  };
  const show = (download: Download) => {
    const nowMs = performance.now();
    const text = line(download);
    if (nowMs - saidMs < PLAIN_LINE_EVERY_MS || text === said) return;
    saidMs = nowMs;
    said = text;
    remark(text);
  };
  return { show, end: () => undefined };
}
