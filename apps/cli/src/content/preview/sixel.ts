/** Sixel graphics (DEC, VT340): bands of six rows, each colour of a band drawn over it in turn. Pure. */
import { type Picture, pixelAt } from './picture.js';

/** Steps of red, of green and of blue: 216 colours, of the 256 that terminals have for it. */
export const LEVELS = 6;
const BRIGHTEST = 255;
const BAND_ROWS = 6;
/** Transparent ground: only what is drawn is changed. */
const BEGIN = '\u001bP0;1;0q';
const END = '\u001b\\';
/** The character of no pixel; six bits above it say which of six are drawn. */
const NO_PIXEL = 63;

export const levelsOf = (pixel: readonly number[]): number[] =>
  pixel.map((value) => Math.round((value / BRIGHTEST) * (LEVELS - 1)));

/** What a level of six leaves out is spread over four neighbours, so that areas keep their mean. */
const SPREAD = [
  [-0.375, 0.125],
  [0.375, -0.125],
] as const;

export function sixelOf(picture: Picture): string {
  const { width, height } = picture;
  const bands: string[] = [];
  for (let top = 0; top < height; top += BAND_ROWS) bands.push(bandOf(picture, top));
  return `${BEGIN}"1;1;${width};${height}${palette()}${bands.join('-')}${END}`;
}

function palette(): string {
  const percent = (level: number) => Math.round((100 * level) / (LEVELS - 1));
  return Array.from({ length: LEVELS ** 3 }, (_, at) => {
    const [red, green, blue] = [
      Math.floor(at / LEVELS ** 2),
      Math.floor(at / LEVELS) % LEVELS,
      at % LEVELS,
    ];
    return `#${at};2;${percent(red)};${percent(green)};${percent(blue)}`;
  }).join('');
}

function bandOf(picture: Picture, top: number): string {
  const { width, height } = picture;
  const drawn = new Map<number, Uint8Array>();
  for (let row = 0; row < Math.min(BAND_ROWS, height - top); row += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = colourOf(picture, x, top + row);
      const columns = drawn.get(colour) ?? new Uint8Array(width);
      columns[x]! |= 1 << row;
      drawn.set(colour, columns);
    }
  }
  return [...drawn].map(([colour, columns]) => `#${colour}${runs(columns)}`).join('$');
}

function colourOf(picture: Picture, x: number, y: number): number {
  const step = BRIGHTEST / (LEVELS - 1);
  const shift = step * SPREAD[y % 2]![x % 2]!;
  const pixel = pixelAt(picture, x, y).map((value) =>
    Math.min(BRIGHTEST, Math.max(0, value + shift)),
  );
  return levelsOf(pixel).reduce((sum, level) => sum * LEVELS + level, 0);
}

function runs(columns: Uint8Array): string {
  let text = '';
  for (let from = 0; from < columns.length;) {
    let to = from + 1;
    while (columns[to] === columns[from]) to += 1;
    const character = String.fromCharCode(NO_PIXEL + columns[from]!);
    text += to - from > 3 ? `!${to - from}${character}` : character.repeat(to - from);
    from = to;
  }
  return text;
}
