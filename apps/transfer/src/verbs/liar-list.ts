/** `liar.list`: which peers recently sent wrong bytes. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { Liars } from '../sources/liars.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const liarList =
  (liars: Liars): Verbs['liar.list'] =>
  () => ({ liars: liars.list() });
