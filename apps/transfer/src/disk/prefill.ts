/** Files of a plan that this disk already has, or has an older version of, are copied, not fetched. */
import { constants, lstatSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { PIECE_BYTES } from '@iwanto/wire';
import type { FolderTree } from './folder.js';
import { type Plan, type PlannedFile, pathIn } from './planned.js';

/** If the file system can share blocks, the copy takes none. */
const FLAGS = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

export interface Copies {
  /** Equal files by their hash. */
  readonly equal: ReadonlyMap<string, string>;
  /** Where an older version of a planned path is, if there is one. */
  readonly olderOf: (path: string) => string | undefined;
}

export interface Copied {
  files: number;
  bytes: number;
}

/** What was copied. It is verified piece by piece, like any file that an earlier run left. */
export async function prefill(
  plan: Plan,
  { equal, olderOf }: Copies,
  folders: FolderTree,
): Promise<{ readonly equal: Copied; readonly older: Copied }> {
  const copied = { equal: { files: 0, bytes: 0 }, older: { files: 0, bytes: 0 } };
  for (const file of plan.files) {
    const { folder, name, size, root } = file;
    const same = size > 0 ? equal.get(root) : undefined;
    const from = same ?? olderVersion(file, olderOf);
    if (from === undefined) continue;
    try {
      await copyFile(from, folders.at(folder).at(name), FLAGS);
      const sum = same === undefined ? copied.older : copied.equal;
      sum.files += 1;
      sum.bytes += size;
    } catch {
      // It is there from an earlier run, or it is gone: then it is fetched like the others.
    }
  }
  return copied;
}

/** Of use only if some of several pieces may be the same. */
function olderVersion(
  { folder, name, size }: PlannedFile,
  olderOf: Copies['olderOf'],
): string | undefined {
  const path = size > PIECE_BYTES ? olderOf(pathIn(folder, name)) : undefined;
  if (path === undefined) return undefined;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() && stat.size > PIECE_BYTES ? path : undefined;
}
