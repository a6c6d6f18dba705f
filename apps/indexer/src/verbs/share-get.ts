/** `share.get`: what this host shares, and how far indexing is. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { Indexing } from '../indexing.js';

export const shareGet =
  (indexing: Indexing): Handler<Verbs, 'share.get'> =>
  async () =>
    indexing.state();
