/** Extracts the commands from the documentation: what a reader would type, and what is shown. */

/** A command of a `console` block with the lines that follow it. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** Every fenced block of a page. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    lines: text.trimEnd().split('\n'),
  }));
}

/** The commands of all `console` blocks, in their order: lines that begin with `$ `. */
export function shownIn(markdown: string): Shown[] {
  const lines = blocksOf(markdown)
    .filter(({ language }) => language === 'console')
    .flatMap((block) => block.lines);
  const starts = lines.flatMap((line, at) => (line.startsWith('$ ') ? [at] : []));
  return starts.map((at, index) => ({
    command: lines[at]?.slice(2) ?? '',
    output: lines.slice(at + 1, starts[index + 1] ?? lines.length).filter((line) => line !== ''),
  }));
}

/** Lines of `sh` blocks that call `program`, without what follows a `#`. */
export function callsIn(markdown: string, program: string): string[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ lines }) => lines)
    .map((line) => line.replace(/(^| )#.*$/, '').trim())
    .flatMap((line) => line.split(/ && | \| /))
    .map((line) => line.replace(/^(sudo |[A-Z_]+=\S+ )+/, ''))
    .filter((line) => line.startsWith(`${program} `));
}

/** Inline code that calls `program`. */
export function mentionsIn(markdown: string, program: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code.replace(/^[A-Z_]+=\S+ /, ''))
    .filter((code) => code.startsWith(`${program} `));
}

/** Progress lines, the number of which depends on timing. */
const PROGRESS = / \d+ % of /;

/** What stays the same from run to run: numbers, hashes and the width of columns do not. */
export function likeness(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.trim() !== '' && !PROGRESS.test(line))
    .map((line) =>
      line
        .replace(/\b[0-9a-f]{8,64}\b/g, 'HASH')
        .replace(/\b\d+(\.\d+)*\b/g, '0')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}
