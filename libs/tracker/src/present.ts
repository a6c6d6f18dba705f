/** How results are shown: ties broken by what people mean, related ones side by side, and where each is. */
import {
  OTHER_NAMES_MAX,
  type PeerId,
  type SearchResult,
  TURN_STEPS_MAX,
  WHERE_PEERS_MAX,
  type WorkTurns,
} from '@iwanto/wire';
import { extensionOf, kindRank } from './extensions.js';
import type { Holdings } from './holdings.js';
import { sortedTurns } from './sorted-turns.js';
import type { Shelf } from './shelf.js';

/** One content to be shown, under its best name. */
export interface Shown {
  readonly node: number;
  readonly content: number;
  readonly score: number;
  readonly modifiedSeconds: number;
  /** True if it lacks the last word of the query, of which one letter is typed: then it is only similar. */
  readonly isOther?: boolean;
}

export type WherePeer = SearchResult['where']['peers'][number];

/** A result without the parts that depend on its neighbours. */
interface Line extends Shown {
  readonly name: string;
  readonly stem: string;
  readonly extension: string;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly peers: number;
  readonly folder: number;
}

/** Scores closer than this are equal. */
const SCORE_STEP = 0.004;
/** Rows of one content examined for other names. */
const NAME_LOOKS_MAX = 64;
/** A member of a group is moved up to its leader when it fits nearly as well. */
const GROUP_SCORE_MAX = 0.12;
/** Two folders of one name are copies when the smaller has this part of the larger. */
const COPY_PART = 0.5;
const MS_PER_SECOND = 1_000;

function lineOf(shelf: Shelf, holdings: Holdings, shown: Shown): Line {
  const { tree, contents } = shelf;
  const name = tree.nameOf(shown.node);
  const isDirectory = contents.kindOf(shown.content) === 'directory';
  const extension = isDirectory ? '' : extensionOf(name);
  const stem = (extension === '' ? name : name.slice(0, -extension.length - 1)).toLowerCase();
  const peers = holdings.holdersOf(shown.content).size;
  const size = contents.sizeOf(shown.content);
  const folder = tree.parentOf(shown.node);
  return { ...shown, name, stem, extension, isDirectory, size, peers, folder };
}

const roundedScore = (score: number) => Math.round(score / SCORE_STEP);

/** By score, then by what people mean: the work before its accompanying files, the more common, the larger. */
function byFit(a: Line, b: Line): number {
  return (
    roundedScore(b.score) - roundedScore(a.score) ||
    kindRank(a.extension, a.isDirectory) - kindRank(b.extension, b.isDirectory) ||
    b.peers - a.peers ||
    a.name.length - b.name.length ||
    b.size - a.size ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : a.node - b.node)
  );
}

/** True if `member` is shown with `leader`: its folder, files beside it, or a copy with a small difference. */
function belongs(leader: Line, member: Line): boolean {
  if (Math.abs(leader.score - member.score) > GROUP_SCORE_MAX) return false;
  if (leader.folder === member.node || member.folder === leader.node)
    return leader.stem === member.stem;
  if (leader.folder === member.folder && leader.stem === member.stem) return true;
  if (!leader.isDirectory || !member.isDirectory || leader.stem !== member.stem) return false;
  const [smaller, larger] = [
    Math.min(leader.size, member.size),
    Math.max(leader.size, member.size),
  ];
  return smaller >= larger * COPY_PART;
}

/** Moves each line after the first that it belongs to, and pairs it with the position of that one. */
function* grouped(
  lines: readonly Line[],
  limit: number,
): WorkTurns<{ line: Line; group: number }[]> {
  const groups: Line[][] = [];
  const byStem = new Map<string, Line[][]>();
  let steps = 0;
  for (const line of lines) {
    const near = byStem.get(line.stem) ?? [];
    const group = near.find(([leader]) => leader !== undefined && belongs(leader, line));
    if (group) group.push(line);
    else if (groups.length < limit) {
      const fresh = [line];
      groups.push(fresh);
      near.push(fresh);
      byStem.set(line.stem, near);
    }
    steps += 1 + near.length;
    if (steps < TURN_STEPS_MAX) continue;
    yield steps;
    steps = 0;
  }
  let place = 0;
  const placed = groups.flatMap((group) => {
    const first = place;
    place += group.length;
    return group.map((line) => ({ line, group: first }));
  });
  return placed.slice(0, limit);
}

/** The names of folders from the inside out, and how many different folders end so. */
interface Ends {
  count: number;
  readonly above: Map<string, Ends>;
}

/** The shortest end of each path that no other has, in whole folders. */
function shortest(folders: readonly string[]): string[] {
  const all: Ends = { count: 0, above: new Map() };
  for (const folder of new Set(folders)) {
    let ends = all;
    for (const name of folder.split('/').reverse()) {
      const next: Ends = ends.above.get(name) ?? { count: 0, above: new Map() };
      next.count += 1;
      ends.above.set(name, next);
      ends = next;
    }
  }
  return folders.map((folder) => {
    const own = folder.split('/');
    let ends = all.above.get(own.at(-1) ?? '');
    let length = 1;
    while (length < own.length && ends && ends.count > 1) {
      length += 1;
      ends = ends.above.get(own.at(-length) ?? '');
    }
    return own.slice(-length).join('/');
  });
}

/** The short folder of each line, distinct from those of the same name. */
function shortFolders(names: readonly string[], folders: readonly string[]): string[] {
  const ofName = new Map<string, number[]>();
  names.forEach((name, at) => ofName.set(name, [...(ofName.get(name) ?? []), at]));
  const short = [...folders];
  for (const places of ofName.values()) {
    const ends = shortest(places.map((at) => folders[at] ?? ''));
    places.forEach((at, by) => (short[at] = ends[by] ?? ''));
  }
  return short;
}

/** The candidates for the first `limit`: ties and groups reach a little further. */
function promising(shown: readonly Shown[], limit: number): readonly Shown[] {
  if (shown.length <= limit * 2) return shown;
  const sorted = [...shown].sort((a, b) => b.score - a.score);
  const least = (sorted[limit - 1]?.score ?? 0) - SCORE_STEP;
  return sorted.filter(({ score }, at) => at < limit * 2 || score >= least);
}

export type Sort = 'fit' | 'size' | 'date' | 'peers' | 'name';

/** Made once: a comparison that makes its own takes a second for 20,000 names. */
const NAMES = new Intl.Collator('en', { numeric: true });

const SORTS: Readonly<Record<Sort, (a: Line, b: Line) => number>> = {
  fit: byFit,
  size: (a, b) => b.size - a.size || byFit(a, b),
  date: (a, b) => b.modifiedSeconds - a.modifiedSeconds || byFit(a, b),
  peers: (a, b) => b.peers - a.peers || byFit(a, b),
  name: (a, b) => NAMES.compare(a.name, b.name) || byFit(a, b),
};

/** Lines that are shown in one turn, and what each costs, in steps. */
const PLACED_A_TURN = 64;
const PLACED_STEPS = 128;

const NOBODY: ReadonlySet<number> = new Set();

export interface PresentOptions {
  readonly limit: number;
  readonly sort: Sort;
  readonly similar: boolean;
  readonly peerOf: (slot: number) => PeerId | undefined;
  /** Slots of the peers that are named before others. */
  readonly first?: ReadonlySet<number>;
  /** Whose results: those of the peers that are online, unless others are named. */
  readonly holdings?: Holdings;
}

/** How many lines are distinguished by their folders; beyond that they keep the whole folder. */
const SHORTENED_MAX = 200;

/** The results of a search, in the order in which they are shown. */
export function* present(
  shelf: Shelf,
  shown: readonly Shown[],
  { limit, sort, similar, holdings = shelf.here, ...book }: PresentOptions,
): WorkTurns<SearchResult[]> {
  const isByFit = sort === 'fit';
  const best = { most: isByFit ? Infinity : limit, compare: SORTS[sort] };
  const worth = isByFit ? promising(shown, limit) : shown;
  const lines = yield* sortedTurns(worth, (one) => lineOf(shelf, holdings, one), best);
  const placed = isByFit
    ? yield* grouped(lines, limit)
    : lines.map((line, group) => ({ line, group }));
  const folders = placed.map(({ line }) => shelf.tree.pathOf(line.folder));
  const near = placed.slice(0, SHORTENED_MAX).map(({ line }) => line.name);
  const short = shortFolders(near, folders.slice(0, SHORTENED_MAX));
  const results: SearchResult[] = [];
  for (const [at, { line, group }] of placed.entries()) {
    const folder = folders[at] ?? '';
    const where = { folder, short: short[at] ?? folder };
    results.push(resultOf({ shelf, holdings, ...book }, line, { similar, group, where }));
    if (results.length % PLACED_A_TURN === 0) yield PLACED_A_TURN * PLACED_STEPS;
  }
  return results;
}

interface Book extends Pick<PresentOptions, 'peerOf' | 'first'> {
  readonly shelf: Shelf;
  readonly holdings: Holdings;
}

interface Placed extends Pick<SearchResult, 'similar' | 'group'> {
  readonly where: { readonly folder: string; readonly short: string };
}

function resultOf(
  { shelf, holdings, peerOf, first = NOBODY }: Book,
  line: Line,
  { similar, group, where }: Placed,
): SearchResult {
  const { slots, names } = aboutOf(shelf, holdings, line);
  slots.sort((a, b) => Number(first.has(b)) - Number(first.has(a)));
  const peers = slots.flatMap((slot): WherePeer[] => {
    const peer = peerOf(slot);
    return peer === undefined ? [] : [{ peer, name: '' }];
  });
  return {
    hash: shelf.contents.hashOf(line.content),
    kind: shelf.contents.kindOf(line.content),
    name: line.name,
    size: line.size,
    peers: line.peers,
    score: line.score,
    similar,
    modifiedMs: line.modifiedSeconds === 0 ? null : line.modifiedSeconds * MS_PER_SECOND,
    where: { ...where, peers: peers.slice(0, WHERE_PEERS_MAX) },
    otherNames: names,
    group,
  };
}

/** Some holders and other names of a content: those under the shown path first. */
function aboutOf(
  { tree }: Shelf,
  holdings: Holdings,
  line: Line,
): { slots: number[]; names: string[] } {
  const slots = new Set<number>();
  const names = new Set<string>();
  holdings.eachAt(line.node, ({ slot, content }) => content === line.content && slots.add(slot));
  holdings.eachOf(line.content, NAME_LOOKS_MAX, ({ slot, node }) => {
    slots.add(slot);
    if (node !== line.node && names.size <= OTHER_NAMES_MAX) names.add(tree.nameOf(node));
  });
  names.delete(line.name);
  return { slots: [...slots], names: [...names].slice(0, OTHER_NAMES_MAX) };
}
