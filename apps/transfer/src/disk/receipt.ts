/** Whether what was fetched is still unchanged, and who sent it. */
import { lstatSync, realpathSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Receipt } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import type { PlacedContent, PlacedStore } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import { unpackListing } from './listing.js';
import { rootOfFile } from './same-content.js';

/** The most changed paths that are listed. */
const WRONG_MAX = 1_000;

/** Failure E_NOT_FOUND if no download put anything there. */
export async function receiptOf(
  blake3: Blake3,
  placed: PlacedStore,
  path: string,
): Promise<Receipt> {
  const real = realOf(path);
  const content = placed.at(real);
  if (!content) {
    throw new Failure('E_NOT_FOUND', `No known download put ${path} there.`);
  }
  const wrong = content.listing
    ? await wrongInTree(blake3, content, content.listing)
    : (await isRight(blake3, content.path, content.bytes, content.hash))
      ? []
      : [basename(content.path)];
  const { hash, kind, bytes, files, placedMs, sources } = content;
  return {
    ...{ path: real, hash, kind, bytes, files, placedMs, sources: [...sources] },
    isWhole: wrong.length === 0,
    wrong: wrong.slice(0, WRONG_MAX),
  };
}

/** Links above it are the user's own; a link at the path itself is not followed. */
function realOf(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** What is there besides the fetched files is not of concern. */
async function wrongInTree(
  blake3: Blake3,
  { path: top }: PlacedContent,
  packed: Uint8Array,
): Promise<string[]> {
  const { files, links } = await unpackListing(packed);
  const wrong: string[] = [];
  for (const [path, { size, root }] of files) {
    if (!(await isRight(blake3, join(top, path), size, root))) wrong.push(path);
  }
  for (const [path, target] of links) {
    const now = await readlink(join(top, path)).catch(() => undefined);
    if (now !== target) wrong.push(path);
  }
  return wrong;
}

async function isRight(blake3: Blake3, path: string, size: number, root: string): Promise<boolean> {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size === size && (await rootOfFile(blake3, path, size)) === root;
  } catch {
    return false;
  }
}
