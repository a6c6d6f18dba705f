/** What is at the target path of a download, and whether it may be replaced: only what an earlier download put there. */
import { type BigIntStats, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Blake3 } from '@iwanto/merkle';
import { keepsInodes } from '@iwanto/service';
import type { PlacedContent } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import { type Listing, unpackListing } from './listing.js';
import { type Plan, pathIn } from './planned.js';
import { type SoughtContent, isSameContent, isSameTree, rootOfFile } from './same-content.js';
import { type Found, treeOnDisk } from './tree-on-disk.js';

/** What was found under the requested name. */
export type Standing =
  | { readonly is: 'nothing' }
  | { readonly is: 'same' }
  /** A directory is compared with what is planned: its times alone may differ. */
  | { readonly is: 'perhapsSame' }
  | Earlier
  | { readonly is: 'foreign'; readonly why: string };

/** What an earlier download put there. */
export interface Earlier {
  readonly is: 'earlier';
  readonly stamp: string;
  /** In a directory: what somebody else put there. It stays. */
  readonly foreign: readonly string[];
  /** What was fetched and has changed since: paths in a directory, '' for a file. */
  readonly changed: readonly string[];
  /** Whole files by their hash: these need not be fetched. */
  readonly have: ReadonlyMap<string, string>;
}

export interface StandingOptions {
  readonly blake3: Blake3;
  readonly path: string;
  readonly sought: SoughtContent;
  /** What was put at this path before, as far as is known. */
  readonly placed: PlacedContent | undefined;
}

/** Changes with each replacement and each change of what is at a path, as far as its file system records them. */
export const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats, path: string): string =>
  [...(keepsInodes(path) ? [dev, ino] : []), size, mtimeNs, ctimeNs].join(':');

export const stampAt = (path: string): string | undefined => {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && stampOf(stat, path);
};

/** Looks at what is at a path. Without a plan a directory that differs is `perhapsSame`. */
export async function standingAt(options: StandingOptions, plan?: Plan): Promise<Standing> {
  const { blake3, path, sought } = options;
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return { is: 'nothing' };
  if (!plan && (await isSameContent(blake3, path, sought))) return { is: 'same' };
  if (sought.kind === 'directory') {
    if (!plan) return { is: 'perhapsSame' };
    if (stat.isDirectory() && (await isSameTree(blake3, path, plan))) return { is: 'same' };
  }
  return stat.isDirectory() ? earlierTree(options, stat, plan) : earlierFile(options, stat);
}

async function earlierFile(
  { blake3, path, placed }: StandingOptions,
  stat: BigIntStats,
): Promise<Standing> {
  if (placed?.kind !== 'file' || !stat.isFile()) return notFetched(path);
  const stamp = stampOf(stat, path);
  const isAsPlaced =
    stamp === placed.stamp ||
    (Number(stat.size) === placed.bytes &&
      (await rootOfFile(blake3, path, placed.bytes)) === placed.hash);
  return { is: 'earlier', stamp, foreign: [], changed: isAsPlaced ? [] : [''], have: new Map() };
}

const notFetched = (path: string): Standing => ({
  is: 'foreign',
  why: `${path} exists with other content and was not downloaded`,
});

async function earlierTree(
  { blake3, path, placed }: StandingOptions,
  stat: BigIntStats,
  plan: Plan | undefined,
): Promise<Standing> {
  if (placed?.kind !== 'directory' || !placed.listing) return notFetched(path);
  const found = await survey(blake3, path, await unpackListing(placed.listing));
  const { have } = found;
  const foreign = notPlanned(found, plan);
  if (!plan && foreign.length > 0) {
    return { is: 'foreign', why: `${path} contains files that were not downloaded` };
  }
  const clash = plan && clashOf(plan, foreign);
  if (clash !== undefined) {
    const why = `${join(path, clash)} was not downloaded and would be replaced`;
    return { is: 'foreign', why };
  }
  return { is: 'earlier', stamp: stampOf(stat, path), foreign, changed: found.changed, have };
}

interface Surveyed {
  readonly foreign: string[];
  readonly changed: string[];
  readonly have: ReadonlyMap<string, string>;
  readonly roots: ReadonlyMap<string, string>;
}

async function survey(blake3: Blake3, top: string, listing: Listing): Promise<Surveyed> {
  const [foreign, changed]: [string[], string[]] = [[], []];
  const have = new Map<string, string>();
  const roots = new Map<string, string>();
  for await (const found of treeOnDisk(top)) {
    const { kind, path } = found;
    if (kind === 'directory') continue;
    const listed = listing.files.get(path)?.root ?? listing.links.get(path);
    const now = await nowAt(blake3, top, found);
    if (kind === 'file') {
      have.set(now, join(top, path));
      roots.set(path, now);
    }
    if (listed === undefined) foreign.push(path);
    else if (listed !== now) changed.push(path);
  }
  return { foreign, changed, have, roots };
}

/** What a listing would say about it. */
async function nowAt(blake3: Blake3, top: string, found: Found): Promise<string> {
  if (found.kind === 'file') return rootOfFile(blake3, join(top, found.path), found.size);
  return found.kind === 'symlink' ? found.target : '';
}

/** A user's own copy of what the new tree has at the same path does no harm. */
function notPlanned({ foreign, roots }: Surveyed, plan: Plan | undefined): string[] {
  if (!plan || foreign.length === 0) return foreign;
  const planned = new Map(plan.files.map((file) => [pathIn(file.folder, file.name), file.root]));
  return foreign.filter((path) => {
    const root = roots.get(path);
    return root === undefined || planned.get(path) !== root;
  });
}

/** A path of somebody else that the new tree needs for itself. */
function clashOf({ files, links, folders }: Plan, foreign: readonly string[]): string | undefined {
  if (foreign.length === 0) return undefined;
  const wanted = new Set(folders);
  const leaves = new Set<string>();
  for (const { folder, name } of [...files, ...links]) leaves.add(pathIn(folder, name));
  const isInTheWay = (path: string) => {
    if (wanted.has(path) || leaves.has(path)) return true;
    const steps = path.split('/');
    return steps.some((_, depth) => depth > 0 && leaves.has(steps.slice(0, depth).join('/')));
  };
  return foreign.find(isInTheWay);
}

/** E_EXISTS with the options of the user. */
export function inTheWay(why: string): Failure {
  return new Failure(
    'E_EXISTS',
    `${why}. Move it away, take another name with --as or --rename, or another folder with --to.`,
  );
}
