/** `read.open`: what a hash names; its beginning and its end are fetched early. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Readings } from '../reading/readings.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const readOpen =
  (readings: Readings): Verbs['read.open'] =>
  ({ hash }) =>
    readings.open(hash);
