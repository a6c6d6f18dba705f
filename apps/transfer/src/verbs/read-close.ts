/** `read.close`: nothing more is fetched for that reader. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Readings } from '../reading/readings.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const readClose =
  (readings: Readings): Verbs['read.close'] =>
  async ({ hash, reader }) => {
    await readings.release(hash, reader);
    return {};
  };
