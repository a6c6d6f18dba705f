/** Walks a shared folder, or a part of it, and compares each directory with the catalogue. */
import { join } from 'node:path';
import { NODE_KINDS, type PresentRow } from '@iwanto/store';
import { extentBelow, pathExtent, pathProblem } from '@iwanto/wire';
import type { Place } from '../catalogue/catalogue-writer.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Comparison, compare } from './compare.js';
import {
  type Ignores,
  type OnSkip,
  type Seen,
  type SeenFile,
  listDirectory,
  seeEntry,
} from './list-directory.js';

/** A file that has to be hashed, and where it belongs. */
export interface WaitingFile extends SeenFile {
  readonly place: Place;
  readonly path: string;
}

export interface ScanHost {
  readonly catalogue: Catalogue;
  /** Whether a path in the folder is to be left out without a word. */
  readonly ignores: (path: string, isDirectory: boolean) => boolean;
  readonly onSkip: OnSkip;
  /** A directory is about to be read. */
  readonly onDirectory: (path: string) => void;
  /** A directory is no longer shared. */
  readonly onGone: (path: string) => void;
  readonly onFile: (file: WaitingFile) => void;
  /** Waits until there is room for more files to hash; true when the scan has to stop. */
  readonly hasToStop: () => Promise<boolean>;
}

/** A directory and where it lies on disk. */
export interface PlaceOnDisk {
  readonly place: Place;
  readonly path: string;
}

export interface ScanMode {
  /** Also directories that are known; new ones are always read. */
  readonly deep: boolean;
  /** Hash what seems unchanged, too. */
  readonly full: boolean;
}

/** Compares a directory and what lies below it. What vanishes on the way is left for the next look. */
export async function scanTree(
  host: ScanHost,
  start: PlaceOnDisk,
  mode: ScanMode,
): Promise<'done' | 'vanished' | 'stopped'> {
  const pending = [start];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (await host.hasToStop()) return 'stopped';
    const next = await scanDirectory(host, at, mode);
    if (next === 'vanished') {
      if (at === start) return 'vanished';
      continue;
    }
    pending.push(...next);
  }
  return 'done';
}

async function scanDirectory(
  host: ScanHost,
  at: PlaceOnDisk,
  mode: ScanMode,
): Promise<PlaceOnDisk[] | 'vanished'> {
  host.onDirectory(at.path);
  const listing = await listDirectory(at.path, ignoresIn(host, at), host.onSkip);
  if ('failed' in listing) {
    if (listing.failed === 'vanished') return 'vanished';
    host.onSkip(at.path, listing.reason);
  }
  const entries = 'entries' in listing ? fitting(host, at, listing.entries) : new Map();
  // The rows are read after the disk: a result that came in meanwhile is not taken for a change.
  const rows = rowsOf(host.catalogue, at.place);
  const names = new Map<string, Seen | undefined>(entries);
  for (const name of rows.keys()) if (!names.has(name)) names.set(name, undefined);
  const found = compare(host.catalogue, at.place, names, { path: at.path, rows, full: mode.full });
  tell(host, at, { found, rows, names });
  return found.directories
    .filter(({ isNew }) => isNew || mode.deep)
    .map(({ place, disk }) => ({ place, path: join(at.path, disk) }));
}

/** Compares single names of a directory; gives the directories among them, which may not be those known. */
export function scanNames(host: ScanHost, at: PlaceOnDisk, disks: Iterable<string>): PlaceOnDisk[] {
  const names = new Map<string, Seen | undefined>();
  const rows = new Map<string, PresentRow>();
  for (const disk of disks) {
    const name = disk.normalize('NFC');
    const row = host.catalogue.rows.child.get({ parent: at.place.id, name });
    // Two spellings of one name: only a look at the whole directory can tell which one counts.
    if (row?.gone === 0 && (row.disk ?? row.name) !== disk) return [at];
    names.set(name, seeEntry(at.path, disk, ignoresIn(host, at), host.onSkip));
    if (row?.gone === 0) rows.set(name, row);
  }
  const found = compare(host.catalogue, at.place, fitting(host, at, names), {
    path: at.path,
    rows,
    full: false,
  });
  tell(host, at, { found, rows, names });
  return found.directories.map(({ place, disk }) => ({ place, path: join(at.path, disk) }));
}

function tell(
  host: ScanHost,
  { place, path }: PlaceOnDisk,
  {
    found,
    rows,
    names,
  }: {
    found: Comparison;
    rows: ReadonlyMap<string, PresentRow>;
    names: ReadonlyMap<string, Seen | undefined>;
  },
): void {
  for (const row of rows.values()) {
    if (row.kind !== NODE_KINDS.directory || names.get(row.name)?.kind === 'directory') continue;
    host.onGone(join(path, row.disk ?? row.name));
  }
  for (const file of found.toHash) host.onFile({ ...file, place, path: join(path, file.disk) });
}

function rowsOf(catalogue: Catalogue, place: Place): Map<string, PresentRow> {
  const rows = catalogue.rows.present.all({ parent: place.id });
  return new Map(rows.map((row) => [row.name, row]));
}

function ignoresIn(host: ScanHost, { place }: PlaceOnDisk): Ignores {
  const inside = place.path.slice(place.path.indexOf('/') + 1);
  const prefix = place.path.includes('/') ? `${inside}/` : '';
  return (name, isDirectory) => host.ignores(prefix + name, isDirectory);
}

/** Leaves out what lies deeper or has a longer path than any tracker keeps (HOSTILE 53), and says so. */
function fitting(
  host: ScanHost,
  { place, path }: PlaceOnDisk,
  entries: ReadonlyMap<string, Seen | undefined>,
): Map<string, Seen | undefined> {
  const extent = pathExtent(place.path);
  const kept = new Map<string, Seen | undefined>();
  for (const [name, seen] of entries) {
    const problem = seen && pathProblem(extentBelow(extent, name));
    if (seen && problem) host.onSkip(join(path, seen.disk), `it ${problem}`);
    // A row from before this limit goes, as that of anything that is no longer there.
    kept.set(name, problem ? undefined : seen);
  }
  return kept;
}
