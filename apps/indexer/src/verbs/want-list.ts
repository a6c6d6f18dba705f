/** `want.list` on the bus. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { Wants } from '../wants/wants.js';

export const wantList =
  (wants: Wants): Handler<Verbs, 'want.list'> =>
  () => ({ wants: wants.list() });
