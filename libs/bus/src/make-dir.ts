/** Making a directory with its parents, ending in an error where that cannot be. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes `path` and what it lies in; an existing directory is fine. Rejects with the system's error.
 * Node's own recursive mkdir never ends where the kernel refuses a name with ENOENT (Node 20, `/proc/x`).
 */
export async function makeDir(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw cause;
    await makeDir(dirname(path), mode);
    await mkdir(path, { mode }).catch(unlessMadeMeanwhile);
  }
}

function unlessMadeMeanwhile(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'EEXIST') throw cause;
}
