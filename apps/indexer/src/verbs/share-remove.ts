/** `share.remove`: a folder is shared no longer; nothing on disk changes. */
import type { Handler, Verbs } from '@iwanto/bus';
import { type Paths, updateConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { type Folders, realPathOf, unshareFolder } from '../folders.js';

export const shareRemove =
  (folders: Folders, paths: Paths): Handler<Verbs, 'share.remove'> =>
  async ({ path }) => {
    const real = realPathOf(path);
    const folder = folders.catalogue.folders.find(({ diskPath }) => diskPath === real);
    if (!folder) {
      const shared = folders.catalogue.folders.map(({ diskPath }) => diskPath).join(', ');
      throw new Failure('E_NOT_FOUND', `${path} is not shared; shared are: ${shared || 'none'}.`);
    }
    await updateConfig(paths, (before) => ({
      ...before,
      share: before.share.filter((one) => realPathOf(one) !== real),
    }));
    unshareFolder(folders, folder);
    return { path: real };
  };
