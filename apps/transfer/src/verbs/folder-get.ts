/** `folder.get`: the folder downloads go to. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { DownloadFolder } from '../disk/download-folder.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const folderGet =
  (folder: DownloadFolder): Verbs['folder.get'] =>
  () => ({ path: folder.path, used: folder.isUsed });
