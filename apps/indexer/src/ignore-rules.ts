/** What is never shared: temporary, editor, hidden and version-control files, and what `.iwantignore` files name. */
import ignore, { type Ignore } from 'ignore';

export const DEFAULT_RULES: readonly string[] = [
  '.*',
  '*~',
  '\\#*#',
  '*.swp',
  '*.swo',
  '*.tmp',
  '*.temp',
  '*.part',
  '*.partial',
  '*.crdownload',
  '*.download',
  '~$*',
  'Thumbs.db',
  'desktop.ini',
  'CVS/',
  'lost+found/',
  '$RECYCLE.BIN/',
  'System Volume Information/',
];

/** The package remembers every path it was asked about: it is made anew before that costs memory. */
const ASKED_MAX = 20_000;

/** The rules that hold in one directory and below, those of the directories above included. */
export class IgnoreRules {
  #rules: Ignore;
  #asked = 0;

  private constructor(private readonly lines: readonly string[]) {
    this.#rules = this.#make();
  }

  /** What holds where nobody wrote anything. */
  static readonly none = (): IgnoreRules => new IgnoreRules(DEFAULT_RULES);

  /** With the lines of the ignore file of `directory` added, a path relative to the shared folder, `''` for that itself. */
  with(directory: string, text: string): IgnoreRules {
    const added = text.split(/\r?\n/).flatMap((line) => placed(directory, line));
    return new IgnoreRules([...this.lines, ...added]);
  }

  /** `path` is relative to the shared folder, without a leading slash. */
  ignores(path: string, isDirectory: boolean): boolean {
    this.#asked += 1;
    if (this.#asked > ASKED_MAX) {
      this.#rules = this.#make();
      this.#asked = 0;
    }
    return this.#rules.ignores(isDirectory ? `${path}/` : path);
  }

  #make(): Ignore {
    return ignore({ allowRelativePaths: true }).add(this.lines);
  }
}

/**
 * A line of the ignore file of `directory` as a rule of the shared folder, by gitignore(5): one with a slash
 * at its beginning or in its middle is meant from that directory on, any other at every depth below it.
 */
function placed(directory: string, line: string): string[] {
  if (directory === '' || line.trim() === '' || line.startsWith('#')) return [line];
  const isNegative = line.startsWith('!');
  const pattern = isNegative ? line.slice(1) : line;
  const isAnchored = pattern.trimEnd().replace(/\/$/, '').includes('/');
  const below = isAnchored ? pattern.replace(/^\//, '') : `**/${pattern}`;
  return [`${isNegative ? '!' : ''}/${escaped(directory)}/${below}`];
}

/** Names of directories are meant letter by letter. */
const escaped = (directory: string) => directory.replace(/[\\*?[\]!# ]/g, '\\$&');
