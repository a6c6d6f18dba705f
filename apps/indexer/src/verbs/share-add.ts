/** `share.add`: one more folder is shared, for good, immediately. */
import type { Handler, Verbs } from '@iwanto/bus';
import { type Paths, loadConfig, refuseOverlap, updateConfig } from '@iwanto/service';
import { type Folders, checkedFolder, privatePlacesOf, shareFolder } from '../folders.js';

export const shareAdd =
  (folders: Folders, paths: Paths): Handler<Verbs, 'share.add'> =>
  async ({ path }) => {
    const shared = folders.catalogue.folders.map(({ diskPath }) => diskPath);
    const real = checkedFolder(path, shared, privatePlacesOf(paths));
    if (shared.includes(real)) return { path: real, already: true };
    const { config } = await loadConfig(paths);
    await refuseOverlap([real], config.downloadDir);
    await updateConfig(paths, (before) => ({ ...before, share: [...before.share, real] }));
    void shareFolder(folders, real);
    return { path: real, already: false };
  };
