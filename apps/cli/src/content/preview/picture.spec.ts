/** Pixels stay where they belong: in tiles, made smaller, as a PNG, and in each way a terminal shows them. */
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { drawingOf, drawn } from './draw.js';
import { type Picture, pixelAt, pngOf, shrunk, tiled } from './picture.js';
import { sixelOf } from './sixel.js';

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];

/** Of one colour for each pixel, row by row. */
const pictureOf = (width: number, pixels: readonly (readonly number[])[]): Picture => ({
  ...{ width, height: pixels.length / width },
  rgb: Uint8Array.from(pixels.flat()),
});

const SCREEN = { columns: 80, rows: 24, isTrueColour: true };

test('tiles stand side by side, and what is made smaller keeps its mean', () => {
  const sheet = tiled([pictureOf(1, [RED]), pictureOf(1, [BLUE]), pictureOf(1, [BLUE])], 2);
  expect([sheet.width, sheet.height]).toEqual([2, 2]);
  expect([pixelAt(sheet, 0, 0), pixelAt(sheet, 1, 0), pixelAt(sheet, 0, 1)]).toEqual([
    ...[RED, BLUE, BLUE],
  ]);
  expect(pixelAt(sheet, 1, 1)).toEqual([0, 0, 0]);
  expect(pixelAt(shrunk(sheet, 1, 1), 0, 0)).toEqual([63, 0, 127]);
  expect(shrunk(sheet, 9, 9)).toBe(sheet);
});

test('a PNG holds these pixels', () => {
  const png = pngOf(pictureOf(2, [RED, BLUE, BLUE, RED]));
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2, 2]);
  const length = png.readUInt32BE(33);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  const rows = inflateSync(png.subarray(41, 41 + length));
  expect([...rows]).toEqual([0, ...RED, ...BLUE, 0, ...BLUE, ...RED]);
});

describe('in a terminal', () => {
  test.each([
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ TERM: 'foot-extra' }, 'sixel'],
    [{ TERM: 'xterm-256color' }, 'blocks'],
    [{ TERM: 'screen', TMUX: '/tmp/tmux', KITTY_WINDOW_ID: '1' }, 'blocks'],
  ])('that says %j it is drawn as %s', (env, drawing) => {
    expect(drawingOf(env)).toBe(drawing);
  });

  test('half blocks: two rows in a line, the last one alone where their number is odd', () => {
    const picture = pictureOf(1, [RED, BLUE, RED]);
    expect(drawn(picture, 'blocks', SCREEN)).toBe(
      '\u001b[38;2;255;0;0;48;2;0;0;255m▀\u001b[0m\n\u001b[49;38;2;255;0;0m▀\u001b[0m\n',
    );
    expect(drawn(picture, 'blocks', { ...SCREEN, isTrueColour: false })).toContain(
      '38;5;196;48;5;21',
    );
    const large = pictureOf(
      200,
      Array.from({ length: 200 * 200 }, () => RED),
    );
    const lines = drawn(large, 'blocks', SCREEN).trim().split('\n');
    expect([lines.length, lines[0]!.split('▀').length - 1]).toEqual([24, 48]);
  });

  test('kitty and iTerm2 get the PNG, kitty in pieces that it takes', () => {
    const noise = Array.from({ length: 64 * 64 }, (_, at) => [at % 251, at % 241, at % 239]);
    const picture = pictureOf(64, noise);
    const text = pngOf(picture).toString('base64');
    const commands = drawn(picture, 'kitty', SCREEN).split('\u001b_G').slice(1);
    const parts = commands.map((command) => /;(.*)\u001b\\/.exec(command)![1]!);
    expect(parts.join('')).toBe(text);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(4_096);
    expect(commands.map((command) => /m=(\d)/.exec(command)![1])).toEqual([
      ...parts.slice(1).map(() => '1'),
      '0',
    ]);
    expect(drawn(picture, 'iterm', SCREEN)).toContain(`:${text}\u0007`);
  });

  test('sixel: every pixel is drawn once, in a colour near to its own', () => {
    const pixels = Array.from({ length: 9 * 8 }, (_, at) => (at % 3 === 0 ? RED : BLUE));
    const picture = pictureOf(9, pixels);
    expect(pixelsOf(sixelOf(picture))).toEqual(pixels.map((pixel) => pixel.join()));
  });
});

/** What a terminal makes of it: colours in percent of 255, one for each pixel. */
function pixelsOf(sixel: string): string[] {
  const [, width = '', height = '', rest = ''] = /"1;1;(\d+);(\d+)(.*)\u001b/s.exec(sixel)!;
  const palette = new Map<string, string>();
  const drawnPixels: string[] = [];
  const body = rest.replace(/#(\d+);2;(\d+);(\d+);(\d+)/g, (_, number: string, ...parts) => {
    const colour = (parts.slice(0, 3) as string[]).map((part) => (Number(part) * 255) / 100);
    palette.set(number, colour.join());
    return '';
  });
  for (const [band, text] of body.split('-').entries()) {
    for (const [, number = '', runs = ''] of text.matchAll(/#(\d+)([^#$]*)/g)) {
      let x = 0;
      for (const [, count = '1', character = ''] of runs.matchAll(/(?:!(\d+))?([?-~])/g)) {
        for (let end = x + Number(count); x < end; x += 1) {
          for (let row = 0; row < 6; row += 1) {
            if (!((character.charCodeAt(0) - 63) & (1 << row))) continue;
            drawnPixels[(band * 6 + row) * Number(width) + x] = palette.get(number)!;
          }
        }
      }
    }
  }
  expect(drawnPixels).toHaveLength(Number(width) * Number(height));
  return drawnPixels;
}
