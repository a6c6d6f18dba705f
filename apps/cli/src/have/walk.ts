/** Every regular file below the named paths, each with what shows whether it is unchanged. */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { Failure, codeOf, reasonOf } from '@iwanto/wire';

export interface LocalFile {
  readonly path: string;
  readonly size: number;
  /** Device, inode, size, mtime and ctime: another text means that the content may be another. */
  readonly identity: string;
  readonly changedMs: number;
}

export interface Walked {
  readonly files: LocalFile[];
  /** What could not be read, each with its reason. */
  readonly skipped: { readonly path: string; readonly reason: string }[];
}

/** The most files at a time; for more, the user asks in parts: nobody would read such an answer. */
const FILES_MAX = 1_000_000;

export const identityOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;

/** Walks folders to their ends; symlinks, sockets and the like are left out. */
export function walk(paths: readonly string[]): Walked {
  const walked: Walked = { files: [], skipped: [] };
  const left = paths.toReversed();
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    try {
      const stats = lstatSync(path, { bigint: true });
      if (stats.isDirectory()) {
        // One by one: so many arguments as a folder may have files are more than a call takes.
        for (const name of readdirSync(path).toSorted().toReversed()) left.push(within(path, name));
      } else if (stats.isFile()) walked.files.push(fileOf(path, stats));
    } catch (cause) {
      const reason = codeOf(cause) || reasonOf(cause);
      walked.skipped.push({ path, reason });
    }
    if (walked.files.length > FILES_MAX) {
      throw new Failure('E_LIMIT', `More than ${FILES_MAX} files: ask for one folder at a time.`);
    }
  }
  return walked;
}

/** `join` normalises each path again: that takes as long as to ask the disk about it. */
const within = (folder: string, name: string) =>
  folder.endsWith(sep) ? folder + name : folder + sep + name;

const fileOf = (path: string, stats: BigIntStats): LocalFile => ({
  path,
  size: Number(stats.size),
  identity: identityOf(stats),
  changedMs: Number(stats.ctimeMs),
});
