/** What the stages of the pipe hand on: a file, and later what its hashing gave. */
import type { HashResult } from '../hashing/hash-words.js';
import type { WaitingFile } from '../disk/scan.js';

/** A file that is stable, and how often it changed while it was being watched. */
export type SettledFile = WaitingFile & { readonly moves: number };

/** A file and the result of hashing it. */
export interface HashedFile {
  readonly file: SettledFile;
  readonly result: HashResult;
}
