/** Creates a directory with its parents, with an error if that is impossible. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure, codeOf } from '@iwanto/wire';

/**
 * Creates `path` and its parents; an existing directory is fine. Throws E_BAD_PATH naming what cannot be made.
 * Node's own recursive mkdir never ends if the kernel refuses a name with ENOENT (Node 20, `/proc/x`).
 */
export async function makeDir(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw refusal(path, code);
    await makeDir(dirname(path), mode);
    await mkdir(path, { mode }).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw refusal(path, again.code);
    });
  }
}

const refusal = (path: string, code: string | undefined) =>
  new Failure(
    'E_BAD_PATH',
    `The directory ${path} cannot be made (${code}); choose another place.`,
  );
