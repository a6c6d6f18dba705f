/** `search` on the bus: the leader's tracker answers, or the one who would take over. */
import type { Handler, Verbs } from '@iwanto/bus';
import type { PeerId } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';

export const search =
  (leaderLine: LeaderLine, self: PeerId): Handler<Verbs, 'search'> =>
  (question) => {
    const { filters } = question;
    // Only this host knows for sure who asks what it has itself.
    if (filters?.holding === undefined) return leaderLine.ask('search', question);
    return leaderLine.ask('search', { ...question, filters: { ...filters, asker: self } });
  };
