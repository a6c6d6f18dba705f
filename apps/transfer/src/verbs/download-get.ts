/** `download.get`: the progress of one download. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadGet =
  (downloads: Downloads): Verbs['download.get'] =>
  ({ id }) =>
    downloads.get(id);
