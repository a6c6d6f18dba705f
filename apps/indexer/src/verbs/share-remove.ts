/** `share.remove`: stops sharing a folder; nothing on disk changes. */
import type { Handler, Verbs } from '@iwanto/bus';
import { type Paths, updateConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { type Folders, realPathOf, unshareFolder } from '../folders.js';
import type { GroupShelves } from '../groups/group-shelves.js';

export const shareRemove =
  (open: Folders, shelves: GroupShelves, paths: Paths): Handler<Verbs, 'share.remove'> =>
  async ({ path }) => {
    const real = realPathOf(path);
    const all = [open, ...shelves.shelves().map((shelf) => shelf.folders)];
    const shared = all.flatMap((folders) =>
      folders.catalogue.folders.map((folder) => ({ folders, folder })),
    );
    const found = shared.find(({ folder }) => folder.diskPath === real);
    if (!found) {
      const list = shared.map(({ folder }) => folder.diskPath).join(', ');
      throw new Failure('E_NOT_FOUND', `${path} is not shared; shared are: ${list || 'none'}.`);
    }
    await updateConfig(paths, (before) => ({
      ...before,
      share: before.share.filter((one) => realPathOf(one) !== real),
      groupShares: before.groupShares.filter((one) => realPathOf(one.path) !== real),
    }));
    unshareFolder(found.folders, found.folder);
    return { path: real };
  };
