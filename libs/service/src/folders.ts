/** Which folders may be configured together: a partial download must never be shared. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { Failure, codeOf } from '@iwanto/wire';

/** Throws E_BAD_PATH if a shared folder and the download folder are the same, or one is inside the other (HOSTILE 74). */
export async function refuseOverlap(share: readonly string[], downloadDir: string): Promise<void> {
  const target = await realPathOf(downloadDir);
  for (const folder of share) {
    const source = await realPathOf(folder);
    if (!isWithin(source, target) && !isWithin(target, source)) continue;
    throw new Failure(
      'E_BAD_PATH',
      `The shared folder ${folder} and the download folder ${downloadDir} overlap; choose separate folders.`,
    );
  }
}

/** A folder that was named is not there. */
export const absentFolder = (path: string): Failure =>
  new Failure('E_BAD_PATH', `${path} does not exist: create it or check its name.`);

/** True if `path` is `folder` or is inside it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../'));
}

/** The real path, also of a folder that does not exist yet: then that of its nearest parent. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const parent = dirname(path);
    if (codeOf(cause) !== 'ENOENT' || parent === path) return path;
    return join(await realPathOf(parent), basename(path));
  }
}
