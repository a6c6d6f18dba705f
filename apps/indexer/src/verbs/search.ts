/** `search` on the bus: the leader's tracker answers, or the one who would take over. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { LeaderLine } from '../tracking/leader-line.js';

export const search =
  (leaderLine: LeaderLine): Handler<Verbs, 'search'> =>
  (question) =>
    leaderLine.ask('search', question);
