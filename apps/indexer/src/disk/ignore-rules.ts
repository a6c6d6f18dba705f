/** What is never shared: temporary, editor, hidden and version-control files, and what `.iwantignore` files name. */
import ignore, { type Ignore } from 'ignore';

export const DEFAULT_RULES: readonly string[] = [
  '.*',
  '*~',
  '\\#*#',
  '*.swp',
  '*.swo',
  '*.[Tt][Mm][Pp]',
  '*.[Tt][Ee][Mm][Pp]',
  '*.part',
  '*.partial',
  '*.crdownload',
  '*.download',
  '~$*',
  '[Tt]humbs.db',
  '[Dd]esktop.ini',
  'CVS/',
  'lost+found/',
  '$RECYCLE.BIN/',
  'System Volume Information/',
];

const LINES_MAX = 10_000;
/** Longer than any path; the regular expressions of the package have a limit too. */
const LINE_CHARACTERS_MAX = 4_096;
/** The package remembers every path it was asked about: it is made again before that costs memory. */
const ASKED_MAX = 20_000;

/** The rules that hold in one directory and below, those of the directories above included. */
export class IgnoreRules {
  #rules: Ignore;
  #asked = 0;

  private constructor(private readonly lines: readonly string[]) {
    this.#rules = this.#make();
  }

  /** The rules if no ignore file exists. */
  static readonly none = (): IgnoreRules => new IgnoreRules(DEFAULT_RULES);

  /** If rules cannot be read, nothing is shared: they may be there to keep something private. */
  static readonly all = (): IgnoreRules => new IgnoreRules(['*']);

  /**
   * With the lines of the ignore file of `directory` added, a path relative to the shared folder, `''` for
   * that itself. Names are compared in normal form C, in which the catalogue has them.
   */
  with(directory: string, text: string): IgnoreRules {
    const lines = linesOf(text.normalize('NFC'));
    return new IgnoreRules([...this.lines, ...lines.flatMap((line) => placed(directory, line))]);
  }

  /** `path` is relative to the shared folder, without a leading slash, in normal form C. */
  ignores(path: string, isDirectory: boolean): boolean {
    this.#asked += 1;
    if (this.#asked > ASKED_MAX) {
      this.#rules = this.#make();
      this.#asked = 0;
    }
    return this.#rules.ignores(isDirectory ? `${path}/` : path);
  }

  #make(): Ignore {
    return ignore({ allowRelativePaths: true, ignorecase: false }).add(this.lines);
  }
}

const linesOf = (text: string) => text.replace(/^\uFEFF/, '').split(/\r?\n|\r$/);

/** Why a text cannot be taken as rules; undefined when it can. Each line becomes a pattern that every name is held against. */
export function rulesProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'is not UTF-8 text';
  const lines = linesOf(text);
  if (lines.length > LINES_MAX) return `has more than ${LINES_MAX} lines`;
  const isLong = lines.some((line) => line.length > LINE_CHARACTERS_MAX);
  return isLong ? `has a line of more than ${LINE_CHARACTERS_MAX} characters` : undefined;
}

/**
 * A line of the ignore file of `directory` as a rule of the shared folder, by gitignore(5): one with a slash
 * at its beginning or in its middle is meant from that directory on, any other at every depth below it.
 */
function placed(directory: string, line: string): string[] {
  if (line.startsWith('#')) return [];
  const isNegative = line.startsWith('!');
  const pattern = withoutEnd(line.slice(isNegative ? 1 : 0));
  if (pattern === '' || pattern === '/') return [];
  if (directory === '') return [line];
  const isAnchored = pattern.replace(/\/$/, '').includes('/');
  const below = isAnchored ? pattern.replace(/^\//, '') : `**/${pattern}`;
  return [`${isNegative ? '!' : ''}/${escaped(directory)}/${below}`];
}

/** Trailing spaces count only after a backslash. */
function withoutEnd(pattern: string): string {
  let end = pattern.length;
  while (pattern[end - 1] === ' ' && pattern[end - 2] !== '\\') end -= 1;
  return pattern.slice(0, end);
}

/** Names of directories are taken literally. */
const escaped = (directory: string) => directory.replace(/[\\*?[\]!# ]/g, '\\$&');
