/** `holders` on the bus: the leader's tracker says which contents the LAN holds. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { LeaderLine } from '../tracking/leader-line.js';

export const holders =
  (leaderLine: LeaderLine): Handler<Verbs, 'holders'> =>
  (question) =>
    leaderLine.ask('holders', question);
