/** One search: candidates of both stages, ranked as one list, each content once. */
import type { SearchResult } from '@iwanto/wire';
import { type Asked, type Named, score } from './rank.js';
import type { Candidate } from './search-index.js';
import type { Shelf } from './shelf.js';
import { wordsOf } from './words.js';

/** The longest query that is looked at, in code points (HOSTILE 54). */
export const QUERY_CODE_POINTS_MAX = 256;
/** Names that the shapes stage hands over at least. */
const CANDIDATES_MIN = 200;
/** Names whose letters are compared; what comes after them keeps the order of the first stages. */
const RANKED_MAX = 2_000;
/** A name below this does not fit, and neither does one that is worse than the best by this factor. */
const FIT_MIN = 0.36;
const FIT_OF_BEST = 0.55;
/** Below this a name is only alike, whatever else there is. */
const UNRANKED_SCORE = 0.3;

export interface Found {
  readonly results: SearchResult[];
  /** How many contents fit, shown or not. */
  readonly total: number;
}

interface Ranked {
  readonly node: number;
  readonly score: number;
}

const NOTHING: Found = { results: [], total: 0 };

/** What is taken of a query: bounded, and its words; whatever else it contains is only a separator. */
export function readQuery(query: string): string[] {
  // Cut first: a megabyte is not worth normalising. A code point is two units at most.
  const start = query.slice(0, QUERY_CODE_POINTS_MAX * 2).normalize('NFC');
  return wordsOf(Array.from(start).slice(0, QUERY_CODE_POINTS_MAX).join(''));
}

/** Contents whose names fit, best first. */
export function search(shelf: Shelf, query: string, limit: number): Found {
  const queryWords = readQuery(query);
  if (queryWords.length === 0) return NOTHING;
  const pool = Math.max(CANDIDATES_MIN, limit);
  const { found, words, weights, alike } = shelf.index.find(queryWords, pool);
  const ranked = rank(shelf, found, { words, weights, joined: words.join('') });
  const contents = contentsOf(shelf, ranked);
  // The rest has not been ranked: it counts by its shapes alone.
  const unseen = found.length >= pool ? Math.max(0, alike - ranked.length) : 0;
  return { results: show(shelf, contents, limit), total: contents.size + unseen };
}

function rank(shelf: Shelf, found: readonly Candidate[], asked: Asked): Ranked[] {
  const folders = folderWordsOf(shelf);
  const ranked = found
    .slice(0, RANKED_MAX)
    .map((name) => ({ node: name.node, score: score(asked, named(shelf, name, folders)) }))
    .sort((a, b) => b.score - a.score);
  const best = ranked[0]?.score ?? 0;
  const least = Math.max(FIT_MIN, best * FIT_OF_BEST);
  const fitting = ranked.filter((name) => name.score >= least);
  const rest = found.slice(RANKED_MAX).map(({ node }) => ({ node, score: UNRANKED_SCORE }));
  return fitting.length === ranked.length ? fitting.concat(rest) : fitting;
}

/** Words of all folders above a node: read when first asked for, neighbours share them. */
function folderWordsOf({ tree }: Shelf): (node: number) => readonly string[] {
  const known = new Map<number, readonly string[]>();
  return (node) => {
    const folder = tree.parentOf(node);
    const words = known.get(folder) ?? tree.folderNames(node).flatMap(wordsOf);
    known.set(folder, words);
    return words;
  };
}

function named(
  { tree }: Shelf,
  { node, shared }: Candidate,
  folderWords: (node: number) => readonly string[],
): Named {
  const name = tree.nameOf(node);
  const words = wordsOf(name);
  const joined = words.join('');
  const stem = joined.slice(0, joined.length - extensionCharacters(name, joined));
  return { words, joined, stem, folderWords: () => folderWords(node), shared };
}

/** Characters of the extension, as they stand at the end of the joined words. */
function extensionCharacters(name: string, joined: string): number {
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1).toLowerCase();
  const isOne = dot > 0 && extension.length > 0 && extension.length <= 5;
  return isOne && joined.length > extension.length && joined.endsWith(extension)
    ? extension.length
    : 0;
}

/** Every content under the ranked names, with its best name. */
function contentsOf(shelf: Shelf, ranked: readonly Ranked[]): Map<number, Ranked> {
  const contents = new Map<number, Ranked>();
  for (const name of ranked) {
    for (const content of shelf.contentsAt(name.node)) {
      if (!contents.has(content)) contents.set(content, name);
    }
  }
  return contents;
}

/** By score, then by how many have it, then the shorter name: two equally good names are rarely equally wanted. */
function show(shelf: Shelf, contents: ReadonlyMap<number, Ranked>, limit: number): SearchResult[] {
  const { tree, contents: known } = shelf;
  return Array.from(contents, ([content, { node, score }]) => {
    return {
      hash: known.hashOf(content),
      kind: known.kindOf(content),
      name: tree.nameOf(node),
      size: known.sizeOf(content),
      peers: shelf.holdersOf(content).size,
      score,
    };
  })
    .sort(
      (a, b) =>
        b.score - a.score ||
        b.peers - a.peers ||
        a.name.length - b.name.length ||
        (a.hash < b.hash ? -1 : 1),
    )
    .slice(0, limit);
}
