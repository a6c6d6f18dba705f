/** What only blocked peers have is not shown: this host would not ask them for it. */
import type { PeerId, SearchAnswer, SearchResult } from '@iwanto/wire';
import { regrouped } from './result-order.js';

/** The same answer if none of the peers that it names is blocked. */
export function withoutBlocked(
  answer: SearchAnswer,
  isBlocked: (peer: PeerId) => boolean,
): SearchAnswer {
  const isNamed = answer.results.some(({ where }) =>
    where.peers.some(({ peer }) => isBlocked(peer)),
  );
  if (!isNamed) return answer;
  const kept = answer.results.flatMap((result) => unblocked(result, isBlocked));
  const dropped = answer.results.length - kept.length;
  return {
    ...answer,
    results: regrouped(kept, answer.results),
    total: Math.max(kept.length, answer.total - dropped),
  };
}

/** Nothing if every peer that has it is blocked. Of very many only a few are named, and the others count. */
function unblocked(result: SearchResult, isBlocked: (peer: PeerId) => boolean): SearchResult[] {
  const { where } = result;
  const named = where.peers.filter(({ peer }) => !isBlocked(peer));
  const peers = result.peers - (where.peers.length - named.length);
  return peers > 0 || result.seen ? [{ ...result, peers, where: { ...where, peers: named } }] : [];
}
