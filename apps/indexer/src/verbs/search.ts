/** `search` on the bus: the leader's tracker answers, or the first standby's. */
import type { Handler, Verbs } from '@iwanto/bus';
import { readQuery } from '@iwanto/tracker';
import type { PeerId, SearchQuestion } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';
import type { ShownContents } from '../tracking/shown.js';

export const search =
  (leaderLine: LeaderLine, self: PeerId, shown: ShownContents): Handler<Verbs, 'search'> =>
  async (question) => {
    // Another host answers a filter that it cannot read with a code alone; here the sentence says which one.
    readQuery(question.query);
    const answer = await leaderLine.ask('search', asAsker(question, self));
    shown.note(answer);
    return answer;
  };

/** A question about the asker's own holdings names the asker, which only this host knows for sure. */
function asAsker(question: SearchQuestion, asker: PeerId): SearchQuestion {
  const { filters } = question;
  return filters?.holding === undefined
    ? question
    : { ...question, filters: { ...filters, asker } };
}
