/** The tracker's answer to a search as it goes over the wire: peers by name, and no more than one message holds. */
import type { KnownPeer } from '@iwanto/bus';
import type { Tracker } from '@iwanto/tracker';
import {
  Failure,
  type PeerId,
  SEARCH_LIMIT_DEFAULT,
  type SearchAnswer,
  type SearchQuestion,
  type SearchResult,
  type WorkTurns,
} from '@iwanto/wire';

/** Limit on the results of one answer, in bytes: less than a message between hosts, or on the bus, may have. */
const RESULTS_BYTES_MAX = 900_000;
/** Bytes of one result besides its names and folders, and of one peer in it. */
const RESULT_BYTES = 280;
const PEER_BYTES = 50;
/** Results that fit even if all names are short: more would be found for nothing. */
const RESULTS_MAX = Math.floor(RESULTS_BYTES_MAX / RESULT_BYTES);

export interface AnswerScope {
  readonly tracker: Tracker;
  readonly peers: ReadonlyMap<PeerId, KnownPeer>;
  readonly self: PeerId;
  /** Names of peers that left, and the calendar that their time of leaving is measured by. */
  readonly left: { readonly names: ReadonlyMap<PeerId, string>; readonly nowMs: number };
}

/** Answers one question. Throws E_NOT_FOUND for an unknown peer. */
export function* answerSearch(
  { tracker, peers, self, left }: AnswerScope,
  { question, partial }: { readonly question: SearchQuestion; readonly partial: boolean },
): WorkTurns<SearchAnswer> {
  const { query, limit = SEARCH_LIMIT_DEFAULT, filters = {}, sort, withLeft } = question;
  const { peer, ...rest } = filters;
  const names = namesOf(peers, left.names);
  const found = yield* tracker.searching(query, Math.min(limit, RESULTS_MAX), {
    ...rest,
    ...(sort && { sort }),
    ...(withLeft && { leftAtMs: left.nowMs }),
    ...(peer !== undefined && { peers: peersNamed(names, peer) }),
  });
  const results = found.results.map((result) => withNames(result, names));
  return { ...found, results: fitting(results), leader: self, partial };
}

/** The best ones, as many as one answer holds. */
function fitting(results: SearchResult[]): SearchResult[] {
  let bytes = 0;
  const end = results.findIndex((result) => {
    bytes += bytesOf(result);
    return bytes > RESULTS_BYTES_MAX;
  });
  return end < 0 ? results : results.slice(0, end);
}

function bytesOf({ name, otherNames, where, seen }: SearchResult): number {
  const peers = [...where.peers, ...(seen?.peers ?? [])];
  const texts = [name, where.folder, where.short, ...otherNames, ...peers.map((peer) => peer.name)];
  const sum = texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  return RESULT_BYTES + PEER_BYTES * peers.length + sum;
}

function withNames(result: SearchResult, names: ReadonlyMap<PeerId, string>): SearchResult {
  const named = ({ peer }: { peer: PeerId }) => ({ peer, name: names.get(peer) ?? '' });
  const { where, seen } = result;
  return {
    ...{ ...result, where: { ...where, peers: where.peers.map(named) } },
    ...(seen && { seen: { ...seen, peers: seen.peers.map(named) } }),
  };
}

/** The names of peers, those online before those that left. */
const namesOf = (
  known: ReadonlyMap<PeerId, KnownPeer>,
  left: ReadonlyMap<PeerId, string>,
): Map<PeerId, string> =>
  new Map([...left, ...Array.from(known.values(), ({ peer, name }) => [peer, name] as const)]);

/** The peers of that name, or whose id begins so. Throws E_NOT_FOUND. */
function peersNamed(names: ReadonlyMap<PeerId, string>, asked: string): PeerId[] {
  const wanted = asked.toLowerCase();
  const found = [...names].filter(
    ([peer, name]) => name.toLowerCase() === wanted || peer.startsWith(wanted),
  );
  if (found.length > 0) return found.map(([peer]) => peer);
  throw new Failure(
    'E_NOT_FOUND',
    `No peer that is present is called ${asked}; see "iwanto peers".`,
  );
}
