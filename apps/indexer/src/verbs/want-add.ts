/** `want.add` on the bus. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { Wants } from '../wants/wants.js';

export const wantAdd =
  (wants: Wants): Handler<Verbs, 'want.add'> =>
  ({ query, get }) =>
    wants.add(query, get);
