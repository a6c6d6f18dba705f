/** What a directory that is downloaded has besides its files: folders and links. */
import { readlinkSync, symlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { codeOf } from '@iwanto/wire';
import { diskFailure } from './disk.js';
import type { FolderTree } from './folder.js';
import { type PlannedLink, pathIn } from './planned.js';

/** Folders created before other work gets its turn. */
const FOLDERS_A_TURN = 200;

/** In the order of their paths, so that those above a folder are still open when it is made. */
export async function makeFolders(
  tree: FolderTree,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let count = 0;
  for (const folder of folders.toSorted()) {
    tree.at(folder);
    count += 1;
    if (count % FOLDERS_A_TURN !== 0) continue;
    await nextTurn();
    signal.throwIfAborted();
  }
}

/** One that an earlier run made counts. */
export function makeLink(folders: FolderTree, { folder, name, target }: PlannedLink): void {
  const path = folders.at(folder).at(name);
  try {
    symlinkSync(target, path);
  } catch (cause) {
    const there = codeOf(cause) === 'EEXIST';
    if (!there || readlinkSync(path) !== target) throw diskFailure(cause, pathIn(folder, name));
  }
}
