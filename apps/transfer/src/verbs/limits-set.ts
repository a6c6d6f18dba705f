/** `limits.set`: change the limits on rates permanently. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { RateLimits } from '../limits.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const limitsSet =
  (limits: RateLimits): Verbs['limits.set'] =>
  (change) =>
    limits.set(change);
