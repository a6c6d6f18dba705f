/** `share.get`: what this host shares, and how far indexing is. */
import type { Handler, Shared, Verbs } from '@iwanto/bus';

export const shareGet =
  (state: () => Shared): Handler<Verbs, 'share.get'> =>
  async () =>
    state();
