/** How answers look: colours, sizes and times, and text from other hosts made harmless. */
import { styleText } from 'node:util';
import { safeJson, safeText } from '@iwanto/wire';

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

/** Text that may come from another host, safe to print. */
export const shown = safeText;

/** JSON in one line, in which nothing can steer a terminal either. */
export const jsonLine = (value: unknown): string => safeJson(JSON.stringify(value));

type Style = Parameters<typeof styleText>[0];

const coloured = (stream: NodeJS.WriteStream): boolean => {
  if (process.env['NO_COLOR']) return false;
  return stream.isTTY && process.env['TERM'] !== 'dumb';
};

/** Styled if standard output is a terminal that wants colours. */
export const styled = (style: Style, text: string): string =>
  coloured(process.stdout) ? styleText(style, text, { validateStream: false }) : text;

/** The same for standard error. */
export const styledError = (style: Style, text: string): string =>
  coloured(process.stderr) ? styleText(style, text, { validateStream: false }) : text;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For people only; scripts do not read it. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
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
