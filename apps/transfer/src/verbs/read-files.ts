/** `read.files`: the files of a directory, some at a time. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Readings } from '../reading/readings.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const readFiles =
  (readings: Readings): Verbs['read.files'] =>
  ({ hash, first }) =>
    readings.files(hash, first);
