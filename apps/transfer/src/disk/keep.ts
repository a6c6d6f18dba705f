/** Carries over what somebody else put into a directory to the one that replaces it. */
import { constants, lstatSync, readlinkSync, symlinkSync } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '@iwanto/wire';

/**
 * Afterwards each path below `from` exists below `to` as well. Ordinary files become hard links to the
 * same file, so that nothing is lost whenever a crash comes; if a disk has no hard links, copies.
 */
export async function keepAll(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await keepOne(join(from, path), join(to, path));
  }
}

async function keepOne(from: string, to: string): Promise<void> {
  const stat = lstatSync(from);
  try {
    if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else await link(from, to);
  } catch (cause) {
    const code = codeOf(cause);
    // Carried over by an interrupted run.
    if (code === 'EEXIST' && lstatSync(to).ino === stat.ino) return;
    if (code === 'EEXIST' || !stat.isFile()) throw cause;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}
