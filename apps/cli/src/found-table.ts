/** The results of a search as a table: place, mark, hash, size, peers, name. */
import { type FileHash, type PeerId, type SearchResult, agoText, sizeText } from '@iwanto/wire';
import type { HeldHere } from './held-here.js';
import { peerNames } from './peer-names.js';
import { shown, styled } from './print.js';
import { highlighted, queryWords } from './screen/highlight.js';
import { type Column, screenColumns, tableLines } from './screen/table.js';

const MARKS = { here: '✓', fetching: '↓', unfinished: '…' } as const;

type Seen = NonNullable<SearchResult['seen']>;

export interface Found {
  readonly query: string;
  readonly results: readonly SearchResult[];
  /** What is typed for each result. */
  readonly hashes: readonly string[];
  readonly held: ReadonlyMap<string, HeldHere>;
}

/** Lines that fit the terminal; what this host already has is marked. */
export function foundLines({ query, results, hashes, held }: Found): string[] {
  const words = queryWords(query);
  const names = namesIn(results);
  const columns: Column[] = [
    { title: '#', align: 'right' },
    { title: '', style: (text) => styled('green', text) },
    { title: 'HASH', style: (text, row) => styled(results[row]?.seen ? 'dim' : 'cyan', text) },
    { title: 'SIZE', align: 'right' },
    { title: 'PEERS', align: 'right' },
    { title: 'NAME', cut: true, style: (text) => highlighted(text, words) },
    { title: 'WHERE', cut: true },
  ];
  const rows = results.map(({ hash, kind, name, size, peers, where, seen, inGroup }, at) => {
    const mark = held.get(hash);
    return [
      ...[String(at + 1), mark === undefined ? ' ' : MARKS[mark], hashes[at] ?? ''],
      ...[sizeText(size), String(peers), `${shown(name)}${kind === 'directory' ? '/' : ''}`],
      seen
        ? seenText(where, seen)
        : whereText({ ...where, short: folderText(hash, where) }, names, inGroup),
    ];
  });
  return tableLines(columns, rows, screenColumns());
}

/** The peers of all results as they are called here: with the fingerprint if two have the same name. */
function namesIn(results: readonly SearchResult[]): ReadonlyMap<PeerId, string> {
  const peers = new Map<PeerId, { peer: PeerId; name: string }>();
  for (const { where } of results) for (const one of where.peers) peers.set(one.peer, one);
  return peerNames([...peers.values()]);
}

/** What a peer fetched is in a folder of no name; in the catalogue it is called after the hash. */
function folderText(hash: FileHash, { folder, short }: SearchResult['where']): string {
  return folder === `downloads/${hash.slice(0, 16)}` ? 'downloads' : short;
}

/** The folder, and the peers if they are few enough to be named. */
const whereText = (
  { short, peers }: SearchResult['where'],
  names: ReadonlyMap<PeerId, string>,
  inGroup = '',
): string =>
  [
    shown(short),
    ...peers.map(({ peer }) => `@${names.get(peer) ?? peer}`),
    inGroup && `(group ${shown(inGroup)})`,
  ]
    .filter(Boolean)
    .join(' ');

/** Where it was, when, and on which host that is now offline. */
function seenText({ short }: SearchResult['where'], seen: Seen): string {
  const names = seen.peers.map(({ peer, name }) => shown(name || peer)).join(', ');
  return `${shown(short)}  seen ${agoText(seen.secondsAgo)} on ${names}`.trim();
}

/** What the marks mean, if there are any. */
export function legend(held: ReadonlyMap<string, HeldHere>): string | undefined {
  const meanings = {
    here: 'here already',
    fetching: 'being fetched',
    unfinished: 'begun',
  } as const;
  const present = new Set(held.values());
  const words = (['here', 'fetching', 'unfinished'] as const)
    .filter((mark) => present.has(mark))
    .map((mark) => `${MARKS[mark]} ${meanings[mark]}`);
  return words.length > 0 ? words.join('  ') : undefined;
}
