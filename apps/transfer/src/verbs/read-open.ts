/** `read.open`: what a hash names; its beginning and its end are fetched early, unless it is only glanced at. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Readings } from '../reading/readings.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const readOpen =
  (readings: Readings): Verbs['read.open'] =>
  ({ hash, glance = false }) =>
    readings.open(hash, glance);
