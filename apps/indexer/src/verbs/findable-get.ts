/** `findable.get`: whether the leader finds what this host shares. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { LeaderCheck } from '../tracking/leader-check.js';

export const findableGet =
  (check: Pick<LeaderCheck, 'state'>): Handler<Verbs, 'findable.get'> =>
  () =>
    check.state;
