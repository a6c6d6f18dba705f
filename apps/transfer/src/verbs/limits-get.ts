/** `limits.get`: the limits on rates. */
import type { Handlers, VerbsOf } from '@iwanto/bus';
import type { RateLimits } from '../limits.js';

type Verbs = Handlers<VerbsOf<'transfer'>>;

export const limitsGet =
  (limits: RateLimits): Verbs['limits.get'] =>
  () => ({ ...limits.texts });
