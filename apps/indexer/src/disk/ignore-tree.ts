/** The `.iwantignore` files of one shared folder, in whichever directories they are. */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, reasonOf } from '@iwanto/wire';
import { IgnoreRules, rulesProblem } from './ignore-rules.js';

/** A file of this name adds rules for its directory and all below, with the syntax of a .gitignore; `!` takes a rule back. */
export const IGNORE_FILE = '.iwantignore';
/** An ignore file above this size is a mistake. */
const IGNORE_FILE_BYTES_MAX = 1_048_576;
/** Ignore files of one shared folder. */
const IGNORE_FILES_MAX = 1_000;

/** What an ignore file says, or why it cannot be used: then nothing of its directory is shared. */
type Lines = { readonly text: string } | { readonly trouble: string };

/** The directory itself cannot be entered, which is reported for it: whether it has such a file is unknown. */
const UNSEEN: Lines = { trouble: 'cannot be seen' };

interface Entry {
  readonly lines: Lines;
  readonly rules: IgnoreRules;
}

/** A symlink is refused, a FIFO does not wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Nothing is wrong with the file: what it said before still counts. */
const PASSING_CODES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

const NO_LINES: Lines = { text: '' };

/** The directory above, as a path relative to the shared folder. */
const above = (directory: string) => directory.slice(0, Math.max(0, directory.lastIndexOf('/')));

export class IgnoreTree {
  /** By directory, relative to the shared folder; that itself, `''`, has always an entry. */
  readonly #entries = new Map<string, Entry>();

  /** `diskPath` is the shared folder; its own ignore file is read immediately. */
  constructor(
    private readonly diskPath: string,
    private readonly onTrouble: (sentence: string) => void,
  ) {
    this.#entries.set('', { lines: NO_LINES, rules: IgnoreRules.none() });
    this.enter('');
  }

  /** Directories kept private by an ignore file that cannot be used. */
  get unusable(): number {
    const troubled = ({ lines }: Entry) => 'trouble' in lines && lines !== UNSEEN;
    return [...this.#entries.values()].filter(troubled).length;
  }

  /** `path` is relative to the shared folder, without a leading slash. */
  ignores(path: string, isDirectory: boolean): boolean {
    const name = path.normalize('NFC');
    return this.#rulesIn(above(name)).ignores(name, isDirectory);
  }

  /** Reads the ignore file of a directory, which is named as on disk; true when it says something else than before. */
  enter(directory: string): boolean {
    const lines = this.#read(directory);
    const key = directory.normalize('NFC');
    if (isSame(lines, this.#entries.get(key)?.lines ?? NO_LINES)) return false;
    if ('trouble' in lines && lines !== UNSEEN)
      this.onTrouble(
        `${this.#fileIn(directory)} ${lines.trouble}, so nothing beside it is shared: fix it or remove it.`,
      );
    this.#put(key, lines);
    const inherited = [...this.#entries].filter(([other]) => isBelow(other, key));
    // The nearer to the top, the earlier: each is made of the rules above it.
    inherited.sort(([one], [other]) => one.length - other.length);
    for (const [other, entry] of inherited) this.#put(other, entry.lines);
    return true;
  }

  /** Forgets the ignore files of a directory that is no longer shared, and of all below it. */
  leave(directory: string): void {
    const key = directory.normalize('NFC');
    for (const other of this.#entries.keys())
      if (other === key || isBelow(other, key)) this.#entries.delete(other);
  }

  #put(directory: string, lines: Lines): void {
    if (isSame(lines, NO_LINES) && directory !== '') this.#entries.delete(directory);
    else this.#entries.set(directory, { lines, rules: this.#rulesOf(directory, lines) });
  }

  #rulesOf(directory: string, lines: Lines): IgnoreRules {
    if ('trouble' in lines) return IgnoreRules.all();
    const inherited = directory === '' ? IgnoreRules.none() : this.#rulesIn(above(directory));
    return inherited.with(directory, lines.text);
  }

  #rulesIn(directory: string): IgnoreRules {
    let at = directory;
    for (;;) {
      const entry = this.#entries.get(at);
      if (entry) return entry.rules;
      at = above(at);
    }
  }

  #fileIn(directory: string): string {
    return join(this.diskPath, directory, IGNORE_FILE);
  }

  #read(directory: string): Lines {
    const known = this.#entries.get(directory.normalize('NFC'));
    try {
      const text = readSmallFile(this.#fileIn(directory));
      if (text === undefined) return NO_LINES;
      const trouble = rulesProblem(text);
      if (trouble !== undefined) return { trouble };
      if (known || text === '' || this.#entries.size <= IGNORE_FILES_MAX) return { text };
      return { trouble: `is one of more than ${IGNORE_FILES_MAX} in this shared folder` };
    } catch (cause) {
      const code = codeOf(cause);
      const message = reasonOf(cause);
      if (code === 'ENOENT' || code === 'ENOTDIR') return NO_LINES;
      if (code === 'EACCES' && (cause as NodeJS.ErrnoException).syscall === 'lstat') return UNSEEN;
      if (known && PASSING_CODES.has(code) && !isSame(known.lines, NO_LINES)) return known.lines;
      return { trouble: `cannot be read (${message})` };
    }
  }
}

/** Undefined if there is none. @throws Error when it is not a regular UTF-8 text file or too large. */
function readSmallFile(path: string): string | undefined {
  // The check needs no file descriptor: if none is left, most directories are still known to have no such file.
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  const file = openSync(path, OPEN_FLAGS);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('not a regular file');
    if (stats.size > IGNORE_FILE_BYTES_MAX)
      throw new Error(`larger than ${IGNORE_FILE_BYTES_MAX} bytes`);
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) throw new Error('not UTF-8 text');
    return bytes.toString();
  } finally {
    closeSync(file);
  }
}

const isSame = (one: Lines, other: Lines): boolean =>
  'text' in one
    ? 'text' in other && one.text === other.text
    : 'trouble' in other && one.trouble === other.trouble;

const isBelow = (directory: string, other: string) =>
  directory !== other && (other === '' || directory.startsWith(`${other}/`));
