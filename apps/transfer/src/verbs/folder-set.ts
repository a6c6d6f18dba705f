/** `folder.set`: changes the download folder permanently. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { DownloadFolder } from '../disk/download-folder.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const folderSet =
  (folder: DownloadFolder): Verbs['folder.set'] =>
  async ({ path }) => ({ path: await folder.set(path) });
