/** `share.add`: shares one more folder, with everybody or with a group, immediately and permanently. */
import type { Handler, Verbs } from '@iwanto/bus';
import {
  type Paths,
  groupNameFrom,
  readConfig,
  refuseOverlap,
  updateConfig,
} from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { type Folders, checkedFolder, privatePlacesOf, shareFolder } from '../folders.js';
import type { GroupShelves } from '../groups/group-shelves.js';

export const shareAdd =
  (open: Folders, shelves: GroupShelves, paths: Paths): Handler<Verbs, 'share.add'> =>
  async ({ path, group }) => {
    const name = group === undefined ? undefined : groupNameFrom(group);
    const folders = name === undefined ? open : shelves.mustShelf(name).folders;
    const all = [open, ...shelves.shelves().map((shelf) => shelf.folders)];
    const shared = all.flatMap(pathsOf);
    const real = checkedFolder(path, shared, privatePlacesOf(paths));
    const of = name === undefined ? {} : { group: name };
    if (pathsOf(folders).includes(real)) return { path: real, already: true, ...of };
    if (shared.includes(real)) throw elsewhere(real);
    const { config } = await readConfig(paths);
    await refuseOverlap([real], config.downloadDir);
    await updateConfig(paths, (before) =>
      name === undefined
        ? { ...before, share: [...before.share, real] }
        : { ...before, groupShares: [...before.groupShares, { path: real, group: name }] },
    );
    void shareFolder(folders, real);
    return { path: real, already: false, ...of };
  };

const pathsOf = ({ catalogue }: Folders) => catalogue.folders.map(({ diskPath }) => diskPath);

const elsewhere = (path: string) =>
  new Failure(
    'E_EXISTS',
    `${path} is already shared with others: stop that first with "iwanto unshare".`,
  );
