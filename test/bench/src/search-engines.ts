/** What the tracker is compared with: a plain trigram index, MiniSearch as people usually set it up, and fzf. */
import { spawnSync } from 'node:child_process';
import MiniSearch from 'minisearch';

/** Places of the best names in the list, best first. */
export type Engine = (query: string, limit: number) => number[];

const spaced = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;

function trigramsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at + 3 <= text.length; at += 1) found.add(text.slice(at, at + 3));
  return found;
}

/** Names by the part of the query's trigrams that they have, then by how little else. */
export function trigramEngine(names: readonly string[]): Engine {
  const postings = new Map<string, number[]>();
  const lengths = names.map((name, at) => {
    const trigrams = trigramsOf(spaced(name));
    for (const trigram of trigrams) {
      const list = postings.get(trigram);
      if (list) list.push(at);
      else postings.set(trigram, [at]);
    }
    return trigrams.size;
  });
  return (query, limit) => {
    const counts = new Map<number, number>();
    for (const trigram of trigramsOf(spaced(query)))
      for (const at of postings.get(trigram) ?? []) counts.set(at, (counts.get(at) ?? 0) + 1);
    return [...counts]
      .sort(([a, ofA], [b, ofB]) => ofB - ofA || (lengths[a] ?? 0) - (lengths[b] ?? 0))
      .slice(0, limit)
      .map(([at]) => at);
  };
}

export function miniSearchEngine(names: readonly string[]): Engine {
  const index = new MiniSearch<{ id: number; name: string }>({ fields: ['name'] });
  index.addAll(names.map((name, id) => ({ id, name })));
  return (query, limit) =>
    index
      .search(query, { prefix: true, fuzzy: 0.2, combineWith: 'OR' })
      .slice(0, limit)
      .map(({ id }) => id as number);
}

const FZF_OUTPUT_BYTES_MAX = 2 ** 28;

/** The command `fzf` (Debian package fzf), a process for each query; undefined if it is not installed. */
export function fzfEngine(names: readonly string[]): Engine | undefined {
  if (spawnSync('fzf', ['--version']).status !== 0) return undefined;
  const places = new Map(names.map((name, at) => [name, at]));
  const input = names.join('\n');
  return (query, limit) => {
    const { stdout } = spawnSync('fzf', ['--filter', query, '--tiebreak', 'length'], {
      ...{ input, encoding: 'utf8', maxBuffer: FZF_OUTPUT_BYTES_MAX },
    });
    const best = stdout.split('\n', limit);
    return best.flatMap((name) => places.get(name) ?? []);
  };
}
