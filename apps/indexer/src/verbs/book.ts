/** `book` on the bus: every peer the leader's tracker knows, and how much it shares. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { LeaderLine } from '../tracking/leader-line.js';

export const book =
  (leaderLine: LeaderLine): Handler<Verbs, 'book'> =>
  () =>
    leaderLine.ask('book', {});
