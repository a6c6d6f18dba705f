/** `download.resume`: resume a download that was paused, failed or interrupted. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadResume =
  (downloads: Downloads): Verbs['download.resume'] =>
  ({ id }) =>
    downloads.resume(id);
