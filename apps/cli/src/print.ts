/** How answers look: tables, colours, sizes and times, and text from other hosts made harmless. */
import { styleText } from 'node:util';

/** Below this many columns a table becomes a list of lines. */
const TABLE_COLUMNS_MIN = 60;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/**
 * Characters that steer a terminal or hide text: controls, zero-width and direction marks, lone surrogates.
 * Other hosts choose the names we show (HOSTILE 60).
 */
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu;

const hexOf = (char: string, digits: number) =>
  (char.codePointAt(0) ?? 0).toString(16).padStart(digits, '0');

/** Text that may come from another host, safe to print: what steers a terminal is shown, not sent. */
export function shown(text: string): string {
  return text.replace(UNSAFE, (char) =>
    (char.codePointAt(0) ?? 0) < 0x100 ? `\\x${hexOf(char, 2)}` : `\\u{${hexOf(char, 4)}}`,
  );
}

const unitEscape = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

/** JSON in one line, in which nothing can steer a terminal either. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (char) =>
    Array.from({ length: char.length }, (_, at) => unitEscape(char.charCodeAt(at))).join(''),
  );
}

type Style = Parameters<typeof styleText>[0];

const coloured = (stream: NodeJS.WriteStream): boolean => {
  if (process.env['NO_COLOR']) return false;
  return stream.isTTY && process.env['TERM'] !== 'dumb';
};

/** Styled where standard output is a terminal that wants colours. */
export const styled = (style: Style, text: string): string =>
  coloured(process.stdout) ? styleText(style, text, { validateStream: false }) : text;

/** The same for standard error. */
export const styledError = (style: Style, text: string): string =>
  coloured(process.stderr) ? styleText(style, text, { validateStream: false }) : text;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For people only: what scripts do not read. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes as people read them: `0 B`, `12.3 MiB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[power] ?? 'B'}`;
}

/** Seconds as people read them: `0.4 s`, `3 min 5 s`, `2 h 10 min`. */
export function timeText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < SECONDS_PER_MINUTE) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < SECONDS_PER_HOUR) {
    return `${Math.floor(whole / SECONDS_PER_MINUTE)} min ${whole % SECONDS_PER_MINUTE} s`;
  }
  const minutes = Math.floor((whole % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
  return `${Math.floor(whole / SECONDS_PER_HOUR)} h ${minutes} min`;
}

/** `1 file`, `2 files`. */
export const countText = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table without lines; on a narrow terminal each row becomes lines of its own. */
export async function printTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  if (width < TABLE_COLUMNS_MIN) {
    for (const row of rows) printRecord(columns, row);
    return;
  }
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: columns.map(({ title }) => styled('dim', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push([...row]);
  for (const line of table.toString().split('\n')) say(line.trimEnd());
}

function printRecord(columns: readonly Column[], row: readonly string[]): void {
  for (const [at, { title }] of columns.entries()) {
    say(`${styled('dim', title.toLowerCase())} ${row[at] ?? ''}`);
  }
  say('');
}

const NO_LINES = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((part) => [part, '']),
);
