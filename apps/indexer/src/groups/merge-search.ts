/** Merges the leader's answer with those of members of groups. */
import {
  type SearchAnswer,
  type SearchQuestion,
  type SearchResult,
  WHERE_PEERS_MAX,
} from '@iwanto/wire';
import { RESULT_ORDER, regrouped } from '../tracking/result-order.js';

export interface GroupFound {
  readonly group: string;
  readonly answer: Pick<SearchAnswer, 'results' | 'similar' | 'total' | 'totalIsLeast'>;
}

/** A poor match is shown only if there is no other. What everybody can see is shown as such, even if a group has it. */
export function withGroupResults(
  question: Pick<SearchQuestion, 'limit' | 'sort'>,
  open: SearchAnswer,
  found: readonly GroupFound[],
): SearchAnswer {
  const fitting = found.filter(({ answer }) => !answer.similar && answer.results.length > 0);
  if (fitting.length === 0) return open;
  const base = open.similar ? [] : open.results;
  const here = base.filter(({ seen }) => seen === undefined);
  const left = base.filter(({ seen }) => seen !== undefined);
  const known = new Set(here.map(({ hash }) => hash));
  const added = contentsOf(fitting).filter(({ hash }) => !known.has(hash));
  const whole = new Set(added.map(({ hash }) => hash));
  const sorted = inserted(here, added, RESULT_ORDER[question.sort ?? 'fit']);
  const rows = [...sorted, ...left.filter(({ hash }) => !whole.has(hash))];
  const results = rows.slice(0, question.limit);
  return {
    ...open,
    results: regrouped(results, base),
    total: (open.similar ? 0 : open.total) + added.length,
    totalIsLeast: open.totalIsLeast || fitting.some(({ answer }) => answer.totalIsLeast),
    similar: false,
  };
}

/** The leader's results keep their order, which knows more than these rows do: what a person means comes first among equals. */
function inserted(
  here: readonly SearchResult[],
  added: readonly SearchResult[],
  order: (one: SearchResult, other: SearchResult) => number,
): SearchResult[] {
  const rest = added.toSorted(order);
  const rows: SearchResult[] = [];
  for (const row of here) {
    while (rest[0] && order(rest[0], row) < 0) rows.push(...rest.splice(0, 1));
    rows.push(row);
  }
  return [...rows, ...rest];
}

/** Each content once, with all who have it. */
function contentsOf(found: readonly GroupFound[]): SearchResult[] {
  const contents = new Map<string, SearchResult>();
  for (const { group, answer } of found) {
    for (const result of answer.results) {
      const before = contents.get(result.hash);
      contents.set(result.hash, before ? both(before, result) : { ...result, inGroup: group });
    }
  }
  return [...contents.values()];
}

function both(one: SearchResult, other: SearchResult): SearchResult {
  const peers = [...one.where.peers, ...other.where.peers].slice(0, WHERE_PEERS_MAX);
  return { ...one, peers: one.peers + other.peers, where: { ...one.where, peers } };
}
