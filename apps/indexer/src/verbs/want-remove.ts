/** `want.remove` on the bus. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { Wants } from '../wants/wants.js';

export const wantRemove =
  (wants: Wants): Handler<Verbs, 'want.remove'> =>
  ({ id }) =>
    wants.remove(id);
