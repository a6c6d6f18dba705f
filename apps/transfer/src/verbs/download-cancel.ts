/** `download.cancel`: stop a download, and with `forget` remove what it fetched. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadCancel =
  (downloads: Downloads): Verbs['download.cancel'] =>
  ({ id, forget }) =>
    downloads.cancel(id, forget);
