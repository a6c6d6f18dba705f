/** `download.start`: fetch a content, resume it, or join the running download of it. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Downloads } from '../downloading/downloads.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadStart =
  (downloads: Downloads): Verbs['download.start'] =>
  (question) =>
    downloads.start(question);
