/** Everything below a directory, one entry after the other, links not followed. */
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathIn } from './planned.js';

export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'other'; readonly path: string };

/** Paths are relative to `top`; a directory comes before what is in it. */
export async function* treeOnDisk(top: string, below = ''): AsyncGenerator<Found> {
  for (const name of await readdir(join(top, below))) {
    const path = pathIn(below, name);
    const stat = await lstat(join(top, path));
    if (stat.isDirectory()) {
      yield { kind: 'directory', path };
      yield* treeOnDisk(top, path);
    } else if (stat.isSymbolicLink()) {
      yield { kind: 'symlink', path, target: await readlink(join(top, path)) };
    } else if (stat.isFile()) yield { kind: 'file', path, size: stat.size };
    else yield { kind: 'other', path };
  }
}
