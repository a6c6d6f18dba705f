/** Files that hold secrets: nobody but their user may read them. */
import { stat } from 'node:fs/promises';
import { Failure } from '@iwanto/wire';

/** Throws E_BAD_PATH if others may read the file (HOSTILE 90, 159). */
export async function refuseReadable(what: string, path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  throw new Failure('E_BAD_PATH', `Other users may read ${what} ${path}: run "chmod 600 ${path}".`);
}
