/** Files of a plan that this host already has: in its shares, and where downloads put them. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { PlacedStore } from '@iwanto/store';
import type { FileHash } from '@iwanto/wire';
import { unpackListing } from '../disk/listing.js';
import type { Plan } from '../disk/planned.js';

/** How many files are looked for, the largest first: asking for more takes longer than fetching them. */
const FILES_MAX = 4_096;
/** How many earlier downloads are scanned, the latest first. */
const PLACED_MAX = 1_000;
/** Directories among them: each has to be unpacked. */
const DIRECTORIES_MAX = 100;

export type SharedAt = (root: FileHash) => Promise<string | undefined>;

export interface HereTools {
  readonly sharedAt: SharedAt;
  readonly placed: Pick<PlacedStore, 'latest' | 'at'>;
}

/** Where each of them is, by its hash. It may have changed since: whoever copies it has to verify it. */
export async function filesHere(plan: Plan, tools: HereTools): Promise<Map<string, string>> {
  const largest = plan.files.filter(({ size }) => size > 0);
  largest.sort((one, other) => other.size - one.size);
  const wanted = new Map(largest.slice(0, FILES_MAX).map(({ root, size }) => [root, size]));
  const found = new Map<string, string>();
  const note = (root: string, path: string) => {
    if (isOfSize(path, wanted.get(root as FileHash))) found.set(root, path);
  };
  await findPlaced(tools.placed, note);
  const missing = [...wanted.keys()].filter((root) => !found.has(root));
  // The indexer may be away: then nothing of the shares is found.
  const shared = await Promise.all(
    missing.map((root) => tools.sharedAt(root).catch(() => undefined)),
  );
  missing.forEach((root, at) => {
    const path = shared[at];
    if (path !== undefined) note(root, path);
  });
  return found;
}

async function findPlaced(
  placed: HereTools['placed'],
  note: (root: string, path: string) => void,
): Promise<void> {
  let directories = 0;
  for (const { path, hash, kind } of placed.latest(PLACED_MAX)) {
    if (kind === 'file') {
      note(hash, path);
      continue;
    }
    directories += 1;
    const packed = directories <= DIRECTORIES_MAX ? placed.at(path)?.listing : undefined;
    if (!packed) continue;
    const { files } = await unpackListing(packed);
    for (const [inside, { root }] of files) note(root, join(path, inside));
  }
}

function isOfSize(path: string, size: number | undefined): boolean {
  if (size === undefined) return false;
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size === size;
  } catch {
    return false;
  }
}
