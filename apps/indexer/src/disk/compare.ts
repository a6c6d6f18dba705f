/** A directory on disk against the catalogue: commits immediately what needs no hashing, and reports what does. */
import { NODE_KINDS, type PresentRow } from '@iwanto/store';
import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '@iwanto/wire';
import type { CatalogueWriter, NodeFacts, Place } from '../catalogue/catalogue-writer.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type FileIdentity, identityOf, isUnique, renameKey } from './identity.js';
import type { Seen, SeenFile, SeenSymlink } from './list-directory.js';

export interface Comparison {
  /** New, or changed since they were hashed. */
  readonly toHash: SeenFile[];
  readonly directories: { readonly place: Place; readonly disk: string; readonly isNew: boolean }[];
}

/** Names of one directory, and what each is on disk now: undefined for one that is not there or not shared. */
export type SeenNames = Iterable<readonly [name: string, seen: Seen | undefined]>;

/**
 * Compares `names` of the directory `place`, on disk at `path`, with its rows. With `full`, files are hashed even if they seem unchanged.
 */
export function compare(
  catalogue: Catalogue,
  place: Place,
  names: SeenNames,
  { path, rows, full }: { path: string; rows: ReadonlyMap<string, PresentRow>; full: boolean },
): Comparison {
  const result: Comparison = { toHash: [], directories: [] };
  const changes: ((writer: CatalogueWriter) => void)[] = [];
  for (const [name, seen] of names) {
    const row = rows.get(name);
    if (!seen) {
      if (row) changes.push((writer) => writer.bury(row));
    } else if (seen.kind === 'unreadable') {
      continue;
    } else if (seen.kind === 'directory') {
      if (row?.kind === NODE_KINDS.directory) {
        result.directories.push({ place: row, disk: seen.disk, isNew: false });
      } else changes.push(addDirectory(result, place, seen));
    } else if (seen.kind === 'symlink') {
      if (row?.target !== seen.target) changes.push((writer) => writer.put(place, ofSymlink(seen)));
    } else if (full || row?.identity !== seen.identity || row.kind !== NODE_KINDS.file) {
      const known = full ? undefined : knownContent(catalogue, seen.identity, row);
      if (known && isReadable(join(path, seen.disk)))
        changes.push((writer) => writer.put(place, factsOf(seen, known)));
      else result.toHash.push(seen);
    }
  }
  if (changes.length > 0) {
    catalogue.change((writer) => {
      if (writer.isLive(place)) for (const change of changes) change(writer);
    });
  }
  return result;
}

/** What cannot be read is sent to hashing all the same, which refuses it with the reason. */
function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const addDirectory =
  (result: Comparison, place: Place, { name, disk }: Seen) =>
  (writer: CatalogueWriter): void => {
    const added = writer.putDirectory(place, name, disk === name ? null : disk);
    result.directories.push({ place: added, disk, isNew: true });
  };

const shared = { disk: null, exec: 0, mtime: 0, root: null, size: 0, files: 0, identity: '' };

function ofSymlink({ name, disk, target }: SeenSymlink): NodeFacts {
  const written = disk === name ? null : disk;
  return { ...shared, name, disk: written, kind: NODE_KINDS.symlink, target };
}

/** The row of a file whose root is known. */
export function factsOf(seen: SeenFile, root: Uint8Array): NodeFacts {
  const { name, disk, identity, size, exec, mtimeSeconds } = seen;
  return {
    name,
    disk: disk === name ? null : disk,
    kind: NODE_KINDS.file,
    root,
    size,
    files: 1,
    identity,
    exec: exec ? 1 : 0,
    mtime: mtimeSeconds,
    target: null,
  };
}

/**
 * The root of a file that came with an identity the catalogue knows: another name of it, or a rename.
 * A rename changes the ctime; it is one only if the old name no longer leads to the inode.
 */
function knownContent(
  catalogue: Catalogue,
  identity: FileIdentity,
  present: PresentRow | undefined,
): Uint8Array | undefined {
  // Without an inode number two files that were written in one second look like one.
  if (!isUnique(identity)) return undefined;
  const key = renameKey(identity);
  const rows = catalogue.read.withIdentity(key);
  const known = rows.find(
    (row) =>
      row.identity === identity ||
      (row.id !== present?.id && (row.gone === 1 || hasLeft(catalogue, row))),
  );
  return known?.root ?? undefined;
}

/** False if it cannot be told: then the file is hashed, which is never wrong. */
function hasLeft(catalogue: Catalogue, row: PresentRow): boolean {
  try {
    const path = catalogue.diskPath(row);
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return !stats || inodeOf(identityOf(stats, true)) !== inodeOf(row.identity);
  } catch (cause) {
    return codeOf(cause) === 'ENOENT';
  }
}

const inodeOf = (identity: string) => identity.split(':', 2).join(':');
