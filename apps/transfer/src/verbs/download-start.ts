/** `download.start`: fetch a content, continue with it, or join the download of it that runs. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadStart =
  (downloads: Downloads): Verbs['download.start'] =>
  (question) =>
    downloads.start(question);
