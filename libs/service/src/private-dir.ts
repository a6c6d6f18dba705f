/** Directories that nobody else may enter. */
import { chmod, lstat } from 'node:fs/promises';
import { makeDir } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { userId } from './directories.js';

/** Makes `path` with mode 0700; refuses a link or another user's directory planted there (HOSTILE 22, 25). */
export async function makePrivateDir(path: string): Promise<void> {
  await makeDir(path, 0o700);
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== userId()) {
    throw new Failure(
      'E_BAD_PATH',
      `${path} is not a directory of this user; remove it and start again.`,
    );
  }
  await chmod(path, 0o700);
}
