/** The order of results that come from several answers. */
import type { SearchResult, SearchSort } from '@iwanto/wire';

/** Below 0 if the first comes first; equal contents keep their order. */
export const RESULT_ORDER: Readonly<
  Record<SearchSort, (one: SearchResult, other: SearchResult) => number>
> = {
  fit: (one, other) => other.score - one.score,
  size: (one, other) => other.size - one.size,
  date: (one, other) => (other.modifiedMs ?? 0) - (one.modifiedMs ?? 0),
  peers: (one, other) => other.peers - one.peers,
  name: (one, other) => one.name.localeCompare(other.name),
};

/** A result names the position of the one that it belongs to, and positions have changed. What is new belongs to itself. */
export function regrouped(
  results: readonly SearchResult[],
  before: readonly SearchResult[],
): SearchResult[] {
  const places = new Map(results.map((result, at) => [result.hash, at]));
  const heads = new Map(before.map(({ hash, group }) => [hash, before[group]?.hash ?? hash]));
  return results.map((result, at) => {
    const head = heads.get(result.hash) ?? result.hash;
    return { ...result, group: places.get(head) ?? at };
  });
}
