/** The `.iwantignore` files of one shared folder, in whichever directories they lie. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IgnoreRules } from './ignore-rules.js';

/** A file of this name adds rules for its directory and all below, with the syntax of a .gitignore; `!` takes a rule back. */
export const IGNORE_FILE = '.iwantignore';
/** An ignore file above this size is a mistake. */
const IGNORE_FILE_BYTES_MAX = 1_048_576;
/** Ignore files of one shared folder; more are not used. */
const IGNORE_FILES_MAX = 1_000;

interface Entry {
  readonly text: string;
  readonly rules: IgnoreRules;
}

/** The directory above, as a path relative to the shared folder. */
const above = (directory: string) => directory.slice(0, Math.max(0, directory.lastIndexOf('/')));

export class IgnoreTree {
  /** By directory, relative to the shared folder; that itself, `''`, has always an entry. */
  readonly #entries = new Map<string, Entry>();

  /** `diskPath` is the shared folder; its own ignore file is read at once. */
  constructor(
    private readonly diskPath: string,
    private readonly onTrouble: (sentence: string) => void,
  ) {
    this.#entries.set('', { text: '', rules: IgnoreRules.none() });
    this.enter('');
  }

  /** `path` is relative to the shared folder, without a leading slash. */
  ignores(path: string, isDirectory: boolean): boolean {
    return this.#rulesIn(above(path)).ignores(path, isDirectory);
  }

  /** Reads the ignore file of a directory; true when it says something else than before. */
  enter(directory: string): boolean {
    const text = this.#read(directory);
    if (text === (this.#entries.get(directory)?.text ?? '')) return false;
    if (directory !== '' && this.#entries.size >= IGNORE_FILES_MAX && text !== '') {
      this.onTrouble(
        `${this.#fileIn(directory)} is not used: a folder may have ${IGNORE_FILES_MAX}`,
      );
      return false;
    }
    this.#put(directory, text);
    const inherited = [...this.#entries].filter(([other]) => isBelow(other, directory));
    // The nearer to the top, the earlier: each is made of the rules above it.
    inherited.sort(([one], [other]) => one.length - other.length);
    for (const [other, entry] of inherited) this.#put(other, entry.text);
    return true;
  }

  /** Forgets the ignore files of a directory that is no longer shared, and of all below it. */
  leave(directory: string): void {
    for (const other of this.#entries.keys())
      if (other === directory || isBelow(other, directory)) this.#entries.delete(other);
  }

  #put(directory: string, text: string): void {
    const inherited = directory === '' ? IgnoreRules.none() : this.#rulesIn(above(directory));
    if (text === '' && directory !== '') this.#entries.delete(directory);
    else this.#entries.set(directory, { text, rules: inherited.with(directory, text) });
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

  /** What the file says; nothing where there is none, and with a warning where it cannot be used. */
  #read(directory: string): string {
    const path = this.#fileIn(directory);
    try {
      const text = readFileSync(path, 'utf8');
      if (text.length <= IGNORE_FILE_BYTES_MAX) return text;
      this.onTrouble(`${path} is larger than ${IGNORE_FILE_BYTES_MAX} bytes and is not used.`);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
      if (!isAbsent) this.onTrouble(`${path} cannot be read and is not used: ${message}`);
    }
    return '';
  }
}

const isBelow = (directory: string, other: string) =>
  directory !== other && (other === '' || directory.startsWith(`${other}/`));
