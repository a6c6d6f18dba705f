/** `search` on the bus: the leader's tracker answers, or the first standby's. */
import type { Handler, Verbs } from '@iwanto/bus';
import { readQuery } from '@iwanto/tracker';
import type { PeerId, SearchAnswer, SearchQuestion } from '@iwanto/wire';
import type { LeaderLine } from '../tracking/leader-line.js';
import type { ShownContents } from '../tracking/shown.js';
import type { TrustedPeers } from '../tracking/trusted-peers.js';
import { withoutBlocked } from '../tracking/blocked-results.js';
import { isCut, withTrusted } from '../tracking/trusted-results.js';

/** How long the results of trusted peers may hold up the others, in ms. */
const TRUSTED_LIMIT_MS = 1_000;

export interface SearchOptions {
  readonly line: Pick<LeaderLine, 'ask' | 'askAlone'>;
  readonly self: PeerId;
  readonly shown: ShownContents;
  readonly trusted: TrustedPeers;
  readonly isBlocked: (peer: PeerId) => boolean;
}

export const search =
  ({ line, self, shown, trusted, isBlocked }: SearchOptions): Handler<Verbs, 'search'> =>
  async (question) => {
    // Another host answers a filter that it cannot read with a code alone; here the sentence says which one.
    readQuery(question.query);
    const asked = asAsker(question, self);
    const all = await line.ask('search', asked);
    const peers = isCut(all) && asked.filters?.peer === undefined ? trusted.present() : [];
    const found =
      peers.length === 0 ? all : await withTheirs({ line, trusted }, { asked, all, peers });
    // Pinned, every peer that is not trusted counts as blocked; this host is not one of them.
    const answer = withoutBlocked(found, (peer) => peer !== self && isBlocked(peer));
    shown.note(answer);
    return answer;
  };

/** The tracker that answered is asked again, for what trusted peers have. */
async function withTheirs(
  { line, trusted }: Pick<SearchOptions, 'line' | 'trusted'>,
  { asked, all, peers }: { asked: SearchQuestion; all: SearchAnswer; peers: PeerId[] },
): Promise<SearchAnswer> {
  const question = { ...asked, withLeft: false, filters: { ...asked.filters, heldBy: peers } };
  try {
    const theirs = await line.askAlone(all.leader, 'search', question, TRUSTED_LIMIT_MS);
    return withTrusted({ question: asked, isTrusted: trusted.isOne }, all, theirs);
  } catch {
    // What was found is better than nothing.
    return all;
  }
}

/**
 * The question as it leaves this host, without what the query is for. One about the asker's own holdings names the asker,
 * which only this host knows for sure.
 */
function asAsker(question: SearchQuestion & { beside?: unknown }, asker: PeerId): SearchQuestion {
  const asked = { ...question };
  delete asked.beside;
  const { filters } = asked;
  return filters?.holding === undefined ? asked : { ...asked, filters: { ...filters, asker } };
}
