/** Lines and tables on screens of many widths, with names of many scripts. */
import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Download } from '@iwanto/bus';
import type { FileHash } from '@iwanto/wire';
import fc from 'fast-check';
import { downloadLines } from './download-line.js';
import { highlighted, queryWords } from './highlight.js';
import { LiveLines } from './live-lines.js';
import { tableLines } from './table.js';
import { padded, shortenedEnd, shortenedMiddle, widthOf } from './width.js';

const NAMES = [
  'a.mkv',
  'The Cabinet of Dr. Caligari (1920) Restored 1080p BluRay x264.mkv',
  '日本語のとても長いファイル名の映画のタイトルです第一巻.mkv',
  '👨‍👩‍👧 family 🎬 holiday film with a long name.mp4',
];

const download = (changes: Partial<Download>): Download => ({
  id: '1',
  revision: 1,
  hash: 'ab'.repeat(32) as FileHash,
  kind: 'file',
  name: 'film.mkv',
  path: '/tmp/film.mkv',
  state: 'running',
  bytes: 734_003_200,
  bytesDone: 367_001_600,
  files: 1,
  filesDone: 0,
  bytesPerSecond: 2_000_000,
  seconds: 1.5,
  sources: 1,
  failure: null,
  notes: [],
  ...changes,
});

describe('text cut by the columns it takes', () => {
  test('keeps front and end, and never takes more than there is', () => {
    expect(shortenedMiddle('abcdefghij.mkv', 9)).toBe('abcde…mkv');
    expect(shortenedMiddle('日本語の映画.mkv', 9)).toBe('日本….mkv');
    expect(shortenedEnd('日本語の映画', 6)).toBe('日本…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, columns) => {
        expect(widthOf(shortenedMiddle(text, columns))).toBeLessThanOrEqual(columns);
        expect(widthOf(shortenedEnd(text, columns))).toBeLessThanOrEqual(columns);
        expect(widthOf(padded(text, columns))).toBeGreaterThanOrEqual(columns);
      }),
    );
  });
});

describe('the line of a download', () => {
  test.each(NAMES)('%s keeps amount, rate and time left at 80 columns', (name) => {
    const [line = ''] = downloadLines([download({ name })], 80);
    expect(line).toMatch(/50 % of 700 MiB +1\.9 MiB\/s +3 min 4 s left$/);
    expect(widthOf(line)).toBeLessThan(80);
    expect(line.startsWith(name.slice(0, 2))).toBe(true);
  });

  test('is narrower than any screen; the bar goes first, the time left stays longest', () => {
    const screens = Array.from({ length: 190 }, (_, at) => at + 10);
    for (const name of NAMES) {
      for (const columns of screens) {
        const [line = ''] = downloadLines([download({ name })], columns);
        expect(widthOf(line)).toBeLessThan(columns);
        if (columns >= 36) expect(line).toContain('left');
        if (columns < 60) expect(line).not.toContain('[');
        if (columns >= 80) expect(line).toContain('[■');
      }
    }
  });

  test('several downloads stand in columns', () => {
    const lines = downloadLines(
      NAMES.map((name, at) => download({ name, bytes: 10 ** (at + 4), bytesDone: 10 ** (at + 3) })),
      100,
    );
    const starts = lines.map((line) => widthOf(line.slice(0, line.indexOf('['))));
    expect(new Set(starts).size).toBe(1);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'HASH' },
    { title: 'SIZE', align: 'right' },
    { title: 'NAME', cut: true },
  ] as const;
  const rows = NAMES.map((name) => ['abababab', '700 MiB', name]);

  test('fits the screen, cut in the middle of names', () => {
    for (const screen of [60, 70, 80, 120]) {
      for (const line of tableLines(columns, rows, screen)) {
        expect(widthOf(line)).toBeLessThanOrEqual(screen);
      }
    }
    expect(tableLines(columns, rows, 60)[3]).toMatch(/^abababab {2}700 MiB {2}日本語.*….*\.mkv$/);
  });

  test('keeps all where the reader is no terminal, and becomes lines on a narrow one', () => {
    const whole = tableLines(columns, rows, Number.POSITIVE_INFINITY);
    expect(whole[0]).toBe('HASH         SIZE  NAME');
    for (const [at, name] of NAMES.entries()) expect(whole[at + 1]?.endsWith(name)).toBe(true);
    expect(tableLines(columns, rows.slice(0, 1), 20)).toEqual([
      'hash abababab',
      'size 700 MiB',
      'name a.mkv',
      '',
    ]);
  });
});

describe('matched letters', () => {
  test('are found without case and accents; the longest word counts most', () => {
    expect(queryWords('Amélie, "the BIG" é')).toEqual(['amelie', 'the', 'big', 'e']);
    const { NO_COLOR, TERM } = process.env;
    delete process.env['NO_COLOR'];
    process.env['TERM'] = 'xterm';
    const tty = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
    Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
    const name = highlighted('Le Fabuleux Destin d’AMÉLIE Poulain.mkv', queryWords('amelie'));
    if (tty) Object.defineProperty(process.stdout, 'isTTY', tty);
    else Reflect.deleteProperty(process.stdout, 'isTTY');
    Object.assign(process.env, NO_COLOR !== undefined && { NO_COLOR });
    if (TERM === undefined) delete process.env['TERM'];
    else process.env['TERM'] = TERM;
    expect(name).toBe('Le Fabuleux Destin d’\u001b[1mAMÉLIE\u001b[22m Poulain.mkv');
  });
});

describe('live lines', () => {
  class TestScreen extends EventEmitter {
    columns = 40;
    written = '';
    write(text: string) {
      this.written += text;
    }
  }

  test('are drawn over the last ones, also where a narrower screen broke them', () => {
    const screen = new TestScreen();
    const lines = new LiveLines(screen, (columns) => ['x'.repeat(columns - 1), 'y'.repeat(9)]);
    lines.draw();
    screen.written = '';
    lines.draw();
    expect(screen.written.startsWith('\u001b[?25l\r\u001b[1A')).toBe(true);
    screen.columns = 20;
    screen.written = '';
    screen.emit('resize');
    expect(screen.written.startsWith('\u001b[?25l\r\u001b[2A')).toBe(true);
    lines.end();
    expect(screen.written.endsWith('\n\u001b[?25h')).toBe(true);
    expect([screen.listenerCount('resize'), process.listenerCount('SIGTSTP')]).toEqual([0, 0]);
  });
});
