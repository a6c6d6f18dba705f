/** `download.pause`: stop a download until it is resumed; verified pieces stay. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadPause =
  (downloads: Downloads): Verbs['download.pause'] =>
  ({ id }) =>
    downloads.pause(id);
