/** A picture in a terminal: as it can show it, or of half blocks. */
import { type Picture, pixelAt, pngOf, shrunk } from './picture.js';
import { LEVELS, levelsOf, sixelOf } from './sixel.js';

export const DRAWINGS = ['kitty', 'iterm', 'sixel', 'blocks'] as const;
export type Drawing = (typeof DRAWINGS)[number];

const ESC = '\u001b';
/** The longest piece of a picture that kitty takes in one command, in characters. */
const KITTY_CHARACTERS_MAX = 4_096;
/** Pixels of a character cell, if nobody says how many there are. */
const CELL_WIDTH = 10;

/** Which of them this terminal knows, from what it says of itself; a multiplexer knows none. */
export function drawingOf(env: NodeJS.ProcessEnv): Drawing {
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID, LC_TERMINAL } = env;
  if (env['TMUX'] || env['STY']) return 'blocks';
  if (KITTY_WINDOW_ID || TERM === 'xterm-kitty' || TERM_PROGRAM === 'ghostty') return 'kitty';
  const takesFiles = ['iTerm.app', 'WezTerm', 'mintty'].includes(TERM_PROGRAM);
  if (takesFiles || LC_TERMINAL === 'iTerm2') return 'iterm';
  return /^(foot|mlterm|yaft|contour)/.test(TERM) ? 'sixel' : 'blocks';
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** 24 bits of colour; otherwise the 216 that every terminal of today has. */
  readonly isTrueColour: boolean;
}

export function drawn(picture: Picture, drawing: Drawing, screen: Screen): string {
  switch (drawing) {
    case 'kitty':
      return kitty(pngOf(picture), screen.columns);
    case 'iterm':
      return iterm(pngOf(picture), screen.columns);
    case 'sixel':
      return `${sixelOf(shrunk(picture, screen.columns * CELL_WIDTH, Infinity))}\n`;
    case 'blocks':
      return blocks(shrunk(picture, screen.columns, 2 * screen.rows), screen.isTrueColour);
  }
}

function kitty(png: Buffer, columns: number): string {
  const text = png.toString('base64');
  const parts = text.match(new RegExp(`.{1,${KITTY_CHARACTERS_MAX}}`, 'g')) ?? [];
  const commands = parts.map((part, at) => {
    const first = at === 0 ? `a=T,f=100,q=2,c=${columns},` : '';
    return `${ESC}_G${first}m=${at === parts.length - 1 ? 0 : 1};${part}${ESC}\\`;
  });
  return `${commands.join('')}\n`;
}

function iterm(png: Buffer, columns: number): string {
  const what = `inline=1;size=${png.length};width=${columns};preserveAspectRatio=1`;
  return `${ESC}]1337;File=${what}:${png.toString('base64')}\u0007\n`;
}

/** Two pixels per cell: the upper half as the foreground, the lower one as the background. */
function blocks(picture: Picture, isTrueColour: boolean): string {
  const colour = isTrueColour ? trueColour : oneOfMany;
  const lines: string[] = [];
  for (let y = 0; y < picture.height; y += 2) {
    const cells = Array.from({ length: picture.width }, (_, x) => {
      const upper = `38;${colour(pixelAt(picture, x, y))}`;
      if (y + 1 === picture.height) return `${ESC}[49;${upper}m▀`;
      return `${ESC}[${upper};48;${colour(pixelAt(picture, x, y + 1))}m▀`;
    });
    lines.push(`${cells.join('')}${ESC}[0m\n`);
  }
  return lines.join('');
}

const trueColour = (pixel: readonly number[]) => `2;${pixel.join(';')}`;

/** Where the cube of colours begins among those of a terminal. */
const CUBE = 16;

function oneOfMany(pixel: readonly number[]): string {
  const number = levelsOf(pixel).reduce((sum, level) => sum * LEVELS + level, 0);
  return `5;${CUBE + number}`;
}
