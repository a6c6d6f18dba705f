/** `download.history`: the downloads that ended here, the latest first. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { History } from '../downloading/history.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const downloadHistory =
  (history: History): Verbs['download.history'] =>
  ({ limit }) => ({ downloads: history.latest(limit) });
