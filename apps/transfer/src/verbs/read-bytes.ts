/** `read.bytes`: verified bytes of a content; missing ones are fetched first. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Readings } from '../reading/readings.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const readBytes =
  (readings: Readings): Verbs['read.bytes'] =>
  async ({ within, ...question }) => {
    return { bytes: await readings.read(question, within) };
  };
