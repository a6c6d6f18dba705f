/** `download.list`: the downloads of this run, and those that can be resumed. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadList =
  (downloads: Downloads): Verbs['download.list'] =>
  () => ({ downloads: downloads.list() });
