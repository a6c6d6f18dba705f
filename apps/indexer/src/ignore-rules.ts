/** What is never shared: temporary, editor, hidden and version-control files, and what `.iwantignore` names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** A file of this name in a shared folder adds rules, with the syntax of a .gitignore; `!` takes a rule back. */
export const IGNORE_FILE = '.iwantignore';
/** An ignore file above this size is a mistake. */
const IGNORE_FILE_BYTES_MAX = 1_048_576;

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

/** The rules of one shared folder. */
export class IgnoreRules {
  readonly #lines: readonly string[];
  #rules: Ignore;
  #asked = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#rules = this.#make();
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
    return ignore({ allowRelativePaths: true }).add([...DEFAULT_RULES, ...this.#lines]);
  }
}

/** The rules of a folder as they are on disk now; an ignore file that cannot be read counts as empty, with a warning. */
export function readIgnoreRules(
  diskPath: string,
  onTrouble: (sentence: string) => void,
): IgnoreRules {
  const path = join(diskPath, IGNORE_FILE);
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length <= IGNORE_FILE_BYTES_MAX) return new IgnoreRules(text.split(/\r?\n/));
    onTrouble(`${path} is larger than ${IGNORE_FILE_BYTES_MAX} bytes and is not used.`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
    if (!isAbsent) onTrouble(`${path} cannot be read and is not used: ${message}`);
  }
  return new IgnoreRules([]);
}
