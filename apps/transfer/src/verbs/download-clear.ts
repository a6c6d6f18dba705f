/** `download.clear`: remove ended downloads from the list. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadClear =
  (downloads: Downloads): Verbs['download.clear'] =>
  () => ({ downloads: downloads.clear() });
