/** What the stages of the pipe hand on: a file, and later what its hashing gave. */
import type { HashResult } from '../hashing/hash-words.js';
import type { WaitingFile } from '../disk/scan.js';

/** A file that rests, and how often it moved while it was watched for that. */
export type SettledFile = WaitingFile & { readonly moves: number };

/** A file and what a hashing thread says of it. */
export interface HashedFile {
  readonly file: SettledFile;
  readonly result: HashResult;
}
