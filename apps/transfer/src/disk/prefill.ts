/** Files of a plan that lie on this disk already are copied, not fetched. */
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { FolderTree } from './folder.js';
import type { Plan } from './planned.js';

/** Where the file system can share blocks the copy takes none. */
const FLAGS = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

/** What was copied. Whether it is right is found out as for any file that an earlier run left. */
export async function prefill(
  plan: Plan,
  have: ReadonlyMap<string, string>,
  folders: FolderTree,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let [files, bytes] = [0, 0];
  for (const { folder, name, size, root } of plan.files) {
    const from = size > 0 ? have.get(root) : undefined;
    if (from === undefined) continue;
    try {
      await copyFile(from, folders.at(folder).at(name), FLAGS);
      files += 1;
      bytes += size;
    } catch {
      // It is there from an earlier run, or it went: then it is fetched like the others.
    }
  }
  return { files, bytes };
}
