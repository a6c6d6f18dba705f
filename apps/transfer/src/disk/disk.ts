/** What the disk reports: free space, and its errors as sentences that a user can act on. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, type FailureCode, codeOf, reasonOf } from '@iwanto/wire';

const GO_ON = 'start the download again: it resumes where it stopped';

/** For each error of a write, the refusal and its sentence. */
const SENTENCES: Readonly<
  Record<string, readonly [FailureCode, (path: string, code: string) => string]>
> = {
  ENOSPC: [
    'E_DISK_FULL',
    (path) => `The disk filled up while writing ${path}. Free some space and ${GO_ON}.`,
  ],
  EDQUOT: [
    'E_DISK_FULL',
    (path) => `Your quota on the disk of ${path} is used up. Delete something there and ${GO_ON}.`,
  ],
  EFBIG: [
    'E_BAD_PATH',
    (path) =>
      `A file for ${path} is larger than its disk, or a limit on file sizes (ulimit -f), allows. Choose a folder on another disk with --to.`,
  ],
  ENAMETOOLONG: [
    'E_BAD_PATH',
    (path) => `The name ${path} is too long for its disk. Choose another with --as.`,
  ],
  EINVAL: ['E_BAD_PATH', (path) => `Its disk cannot keep ${path} (EINVAL). Choose another folder.`],
  EILSEQ: ['E_BAD_PATH', (path) => `Its disk cannot keep the name ${path}. Choose another folder.`],
  EACCES: [
    'E_BAD_PATH',
    (path, code) => `${path} cannot be written (${code}). Choose another folder.`,
  ],
};

const SAME_AS: Readonly<Record<string, string>> = { EROFS: 'EACCES', EPERM: 'EACCES' };

/** A refusal that names the path and the remedy for anything a write can fail with. */
export function diskFailure(cause: unknown, path: string): Failure {
  if (cause instanceof Failure) return cause;
  const code = codeOf(cause);
  const message = reasonOf(cause);
  const known = SENTENCES[SAME_AS[code] ?? code];
  if (known) return new Failure(known[0], known[1](path, code));
  return new Failure('E_UNEXPECTED', `Writing ${path} failed: ${code || message}.`);
}

/** E_DISK_FULL with need and have when `bytes` more, or so many more entries, do not fit on the disk of `path` (HOSTILE 69). */
export function requireRoom(path: string, bytes: number, entries: number): void {
  const { bavail, blocks, bsize, files, ffree } = statfsSync(path);
  const free = bavail * bsize;
  // A file system of no size at all does not say what is free, as some behind FUSE.
  if (blocks > 0 && bytes > free) {
    throw new Failure(
      'E_DISK_FULL',
      `${path} has ${free} bytes free, but ${bytes} are needed. Free some space or choose another folder.`,
    );
  }
  // File systems that make inodes as they need them count none.
  if (files > 0 && entries > ffree) {
    throw new Failure(
      'E_DISK_FULL',
      `The disk of ${path} can take ${ffree} more files and folders, but ${entries} are needed. Delete some or choose another folder.`,
    );
  }
}

/** `stat` counts allocated space in units of this many bytes. */
const BLOCK_BYTES = 512;

/** Bytes that a file, or everything in a directory, takes on the disk. */
export function spaceOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.blocks * BLOCK_BYTES;
  return readdirSync(path).reduce((sum, name) => sum + spaceOf(join(path, name)), 0);
}
