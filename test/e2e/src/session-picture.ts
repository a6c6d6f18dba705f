/** A terminal session as an SVG picture: commands are typed one after the other, their output follows. */

export interface Step {
  readonly command: string;
  readonly lines: readonly string[];
}

const COLUMNS = 84;
const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const MARGIN = 16;
/** How long typing a character and reading a line take, in seconds. */
const TYPED_S = 0.05;
const READ_S = 0.45;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A viewer that does not animate shows the whole session. */
const STYLE = `
    text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre; }
    .prompt { fill: #88c0d0; }
    .command { fill: #eceff4; font-weight: bold; }
    .line { animation: appear 0.01s both; }
    @keyframes appear { from { opacity: 0; } to { opacity: 1; } }`;

/** Draws the steps; each line appears once a reader has had time for those before. */
export function drawSession(steps: readonly Step[]): string {
  const drawn: string[] = [];
  let atS = 0.5;
  const add = (content: string) => {
    const y = MARGIN + LINE_HEIGHT * (drawn.length + 1) - 5;
    const delay = `style="animation-delay:${atS.toFixed(2)}s"`;
    drawn.push(`  <text class="line" x="${MARGIN}" y="${y}" ${delay}>${content}</text>`);
  };
  for (const { command, lines } of steps) {
    atS += command.length * TYPED_S;
    add(`<tspan class="prompt">$ </tspan><tspan class="command">${escaped(command)}</tspan>`);
    for (const line of lines) {
      atS += READ_S;
      add(escaped(line.slice(0, COLUMNS)));
    }
    atS += READ_S;
  }
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = drawn.length * LINE_HEIGHT + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '  <title>A session with iwanto: start, peers, search, download, play, share</title>',
    `  <style>${STYLE}\n  </style>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="#2e3440"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
