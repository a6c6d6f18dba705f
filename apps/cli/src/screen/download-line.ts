/** One download in one line, laid out by the columns there are: the time left goes last, the bar first. */
import type { Download } from '@iwanto/bus';
import { sizeText } from '@iwanto/wire';
import { shown, timeText } from '../print.js';
import { padded, shortenedMiddle, widthOf } from './width.js';

const NAME_COLUMNS_MIN = 12;
const NAME_COLUMNS_MAX = 40;
const BAR_COLUMNS_MIN = 8;
const BAR_COLUMNS_MAX = 30;
/** The brackets of the bar and the gaps beside it. */
const BAR_FRAME = 3;
/** Widths of a rate and of the time left, so that successive lines are aligned. */
const RATE_COLUMNS = 11;
const LEFT_COLUMNS = 16;

interface Parts {
  readonly name: string;
  readonly share: number;
  readonly percent: string;
  readonly size: string;
  readonly rate: string;
  readonly left: string;
}

/** The share that has arrived, from 0 to 1; an empty file is whole once it is done. */
export function shareOf({ bytes, bytesDone, state }: Download): number {
  if (bytes === 0) return state === 'done' ? 1 : 0;
  return Math.min(1, bytesDone / bytes);
}

/** The rate that matters: of the last moments while it runs, of the whole when it is done. */
export function rateText({ state, bytes, seconds, bytesPerSecond }: Download): string {
  if (state === 'running') return `${sizeText(bytesPerSecond)}/s`;
  if (state !== 'done') return state;
  return seconds > 0 ? `${sizeText(bytes / seconds)}/s` : '';
}

/** Seconds until it is whole at the present rate; undefined if that cannot be told. */
export function secondsLeft(download: Download): number | undefined {
  const { state, bytes, bytesDone, bytesPerSecond } = download;
  if (state !== 'running' || bytesPerSecond <= 0) return undefined;
  return Math.max(0, bytes - bytesDone) / bytesPerSecond;
}

function partsOf(download: Download): Parts {
  const share = shareOf(download);
  const seconds = secondsLeft(download);
  return {
    name: shown(download.name),
    share,
    percent: `${Math.floor(100 * share)} %`,
    size: ` of ${sizeText(download.bytes)}`,
    rate: rateText(download),
    left: seconds === undefined || seconds < 1 ? '' : `${timeText(seconds)} left`,
  };
}

/** Lines of these downloads, one each, all narrower than `columns`. */
export function downloadLines(downloads: readonly Download[], columns: number): string[] {
  const parts = downloads.map(partsOf);
  const width = (text: (part: Parts) => string, least = 0) =>
    parts.reduce((most, part) => Math.max(most, widthOf(text(part))), least);
  const amount = width(({ percent, size }) => percent + size, widthOf('100 % of 1023 MiB'));
  const widths = {
    name: Math.min(
      NAME_COLUMNS_MAX,
      width(({ name }) => name),
    ),
    amount,
    rate: width(({ rate }) => rate, RATE_COLUMNS),
    left: width(({ left }) => left, LEFT_COLUMNS),
  };
  const layout = layoutFor(widths, columns - 1);
  return parts.map((part) => shortenedMiddle(lineOf(part, layout).trimEnd(), columns - 1));
}

interface Widths {
  readonly name: number;
  readonly amount: number;
  readonly rate: number;
  readonly left: number;
}

/** Columns of each part; 0 leaves it out. */
type Layout = Widths & { readonly bar: number; readonly percentOnly: boolean };

const PERCENT_COLUMNS = '100 %'.length;

/** The richest layout that fits: the bar is dropped first, then the size, the name, the time left. */
function layoutFor(widths: Widths, columns: number): Layout {
  const fixed = (amount: number, left: number) => amount + 1 + widths.rate + (left && left + 1);
  const nameMin = Math.min(widths.name, NAME_COLUMNS_MIN);
  const whole = columns - fixed(widths.amount, widths.left);
  if (whole >= nameMin + 1) {
    const spare = whole - 1 - BAR_FRAME;
    const name = Math.min(widths.name, Math.max(nameMin, spare - BAR_COLUMNS_MIN));
    const bar = Math.min(BAR_COLUMNS_MAX, spare - name);
    if (bar >= BAR_COLUMNS_MIN) return { ...widths, name, bar, percentOnly: false };
    return { ...widths, name: Math.min(widths.name, whole - 1), bar: 0, percentOnly: false };
  }
  const short = { ...widths, amount: PERCENT_COLUMNS, bar: 0, percentOnly: true };
  const withoutSize = columns - fixed(PERCENT_COLUMNS, widths.left);
  if (withoutSize > nameMin) return { ...short, name: Math.min(widths.name, withoutSize - 1) };
  if (withoutSize >= 0) return { ...short, name: 0 };
  return { ...short, name: 0, left: 0 };
}

function lineOf(part: Parts, layout: Layout): string {
  const { name, bar, amount, rate, left, percentOnly } = layout;
  const cells = [
    name > 0 ? padded(shortenedMiddle(part.name, name), name) : '',
    bar > 0 ? `[${barText(part.share, bar)}]` : '',
    padded(percentOnly ? part.percent : part.percent.padStart(5) + part.size, amount),
    padded(part.rate, rate, 'right'),
    left > 0 ? padded(part.left, left, 'right') : '',
  ];
  return cells.filter((cell) => cell !== '').join(' ');
}

function barText(share: number, columns: number): string {
  const full = Math.floor(share * columns);
  return '■'.repeat(full) + ' '.repeat(columns - full);
}
