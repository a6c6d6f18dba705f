/** Walks a shared folder, or a part of it, and compares each directory with the catalogue. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NODE_KINDS, type PresentRow } from '@iwanto/store';
import { extentBelow, pathExtent, pathProblem } from '@iwanto/wire';
import { PAGE_ROWS } from '../catalogue/catalogue-reader.js';
import type { Place } from '../catalogue/catalogue-writer.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { type Comparison, compare } from './compare.js';
import {
  type Ignores,
  type OnSkip,
  type Seen,
  type SeenFile,
  listNames,
  seeEntries,
  seeEntry,
} from './list-directory.js';

/** A file that has to be hashed, and where it belongs. */
export interface WaitingFile extends SeenFile {
  readonly place: Place;
  readonly path: string;
}

export interface ScanHost {
  readonly catalogue: Catalogue;
  /** Whether a path in the folder is left out silently. */
  readonly ignores: (path: string, isDirectory: boolean) => boolean;
  readonly onSkip: OnSkip;
  /** A directory is about to be read. */
  readonly onDirectory: (path: string) => void;
  /** A directory is no longer shared. */
  readonly onGone: (path: string) => void;
  readonly onFile: (file: WaitingFile) => void;
  /** Waits until more files may be queued for hashing; true when the scan has to stop. */
  readonly hasToStop: () => Promise<boolean>;
}

/** A directory and where it is on disk. */
export interface PlaceOnDisk {
  readonly place: Place;
  readonly path: string;
}

export interface ScanMode {
  /** Also directories that are known; new ones are always read. */
  readonly deep: boolean;
  /** Also hash what seems unchanged. */
  readonly full: boolean;
}

/** Compares a directory and everything below it. What vanishes meanwhile is left to the next scan. */
export async function scanTree(
  host: ScanHost,
  start: PlaceOnDisk,
  mode: ScanMode,
): Promise<'done' | 'vanished' | 'stopped'> {
  const pending = [start];
  for (let at = pending.pop(); at; at = pending.pop()) {
    if (await host.hasToStop()) return 'stopped';
    const next = await scanDirectory(host, at, mode);
    if (next === 'stopped') return 'stopped';
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
): Promise<PlaceOnDisk[] | 'vanished' | 'stopped'> {
  host.onDirectory(at.path);
  const listing = await listNames(at.path, host.onSkip);
  if ('failed' in listing) {
    if (listing.failed === 'vanished') return 'vanished';
    // Unreadable is not empty: what is known is kept, and what is unknown is not shared.
    host.onSkip(at.path, listing.reason);
    return [];
  }
  const directories = await new DirectoryScan(host, at, mode).run(listing.names);
  if (directories === 'stopped') return 'stopped';
  return directories
    .filter(({ isNew }) => isNew || mode.deep)
    .map(({ place, disk }) => ({ place, path: join(at.path, disk) }));
}

/** One directory against its rows, some names at a time: it may have a million. */
class DirectoryScan {
  readonly #directories: Comparison['directories'] = [];
  readonly #taken = new Map<string, string>();
  /** Of a directory that is read in parts: the names so far, as the catalogue writes them. */
  readonly #onDisk = new Set<string>();
  #unreadable = 0;

  constructor(
    private readonly host: ScanHost,
    private readonly at: PlaceOnDisk,
    private readonly mode: ScanMode,
  ) {}

  async run(names: readonly string[]): Promise<Comparison['directories'] | 'stopped'> {
    const isDone =
      names.length > PAGE_ROWS ? await this.#runInParts(names) : await this.#runWhole(names);
    if (!isDone) return 'stopped';
    // A directory in which nothing could be examined is not an empty one.
    if (names.length === 0 || this.#unreadable < names.length) this.#markListed();
    return this.#directories;
  }

  /** Nearly all directories: names and rows fit one part. False when the scan has to stop. */
  async #runWhole(names: readonly string[]): Promise<boolean> {
    const seen = this.#see(names);
    // The rows are read after the disk, so that a result committed meanwhile is not taken for a change.
    const page = this.host.catalogue.read.children(this.at.place.id, '');
    const isAll = page.length < PAGE_ROWS;
    if (isAll) for (const { name } of page) if (!seen.has(name)) seen.set(name, undefined);
    this.#compare(
      seen,
      isAll ? new Map(page.map((row) => [row.name, row])) : this.#rowsOf(seen.keys()),
    );
    return isAll || this.#sweep();
  }

  /** False when the scan has to stop. */
  async #runInParts(names: readonly string[]): Promise<boolean> {
    for (let from = 0; from < names.length; from += PAGE_ROWS) {
      if (await this.#mustStop()) return false;
      const seen = this.#see(names.slice(from, from + PAGE_ROWS));
      this.#compare(seen, this.#rowsOf(seen.keys()));
    }
    return this.#sweep();
  }

  async #mustStop(): Promise<boolean> {
    await nextTurn();
    return this.host.hasToStop();
  }

  #see(disks: readonly string[]): Map<string, Seen | undefined> {
    const { host, at } = this;
    const options = { ignores: ignoresIn(host, at), onSkip: host.onSkip, taken: this.#taken };
    const seen = seeEntries(at.path, disks, options);
    for (const { kind } of seen.values()) if (kind === 'unreadable') this.#unreadable += 1;
    const found = fitting(host, at, seen);
    // A taken name is the same one in another form, from an earlier part.
    for (const disk of disks) {
      const name = disk.normalize('NFC');
      this.#onDisk.add(name);
      if (!found.has(name) && !this.#taken.has(name)) found.set(name, undefined);
    }
    return found;
  }

  #rowsOf(names: Iterable<string>): Map<string, PresentRow> {
    const rows = new Map<string, PresentRow>();
    for (const name of names) {
      const row = this.host.catalogue.read.child(this.at.place.id, name);
      if (row) rows.set(name, row);
    }
    return rows;
  }

  #compare(
    names: ReadonlyMap<string, Seen | undefined>,
    rows: ReadonlyMap<string, PresentRow>,
  ): void {
    const { host, at, mode } = this;
    const found = compare(host.catalogue, at.place, names, {
      path: at.path,
      rows,
      full: mode.full,
    });
    passOn(host, at, { found, rows, names });
    this.#directories.push(...found.directories);
  }

  /** Rows without a name on the disk go; false when the scan has to stop. */
  async #sweep(): Promise<boolean> {
    const { host, at } = this;
    let page = host.catalogue.read.children(at.place.id, '');
    for (;;) {
      const gone = page.flatMap(({ name }) => (this.#onDisk.has(name) ? [] : [name]));
      const names = new Map(gone.map((name) => [name, undefined]));
      if (gone.length > 0) this.#compare(names, this.#rowsOf(gone));
      if (page.length < PAGE_ROWS) return true;
      if (await this.#mustStop()) return false;
      page = host.catalogue.read.children(at.place.id, page.at(-1)!.name);
    }
  }

  #markListed(): void {
    const { catalogue } = this.host;
    const { place } = this.at;
    if (!catalogue.read.isListed(place.id)) catalogue.change((writer) => writer.markListed(place));
  }
}

/** Compares single names of a directory; gives the directories among them, which may not be those known. */
export function scanNames(host: ScanHost, at: PlaceOnDisk, disks: Iterable<string>): PlaceOnDisk[] {
  const names = new Map<string, Seen | undefined>();
  const rows = new Map<string, PresentRow>();
  const look = { ignores: ignoresIn(host, at), onSkip: host.onSkip };
  for (const disk of disks) {
    const name = disk.normalize('NFC');
    const row = host.catalogue.read.child(at.place.id, name);
    // Two spellings of one name: only listing the whole directory can tell which one counts.
    if (row && (row.disk ?? row.name) !== disk) return [at];
    names.set(name, seeEntry(at.path, disk, look));
    if (row) rows.set(name, row);
  }
  const found = compare(host.catalogue, at.place, fitting(host, at, names), {
    path: at.path,
    rows,
    full: false,
  });
  passOn(host, at, { found, rows, names });
  return found.directories.map(({ place, disk }) => ({ place, path: join(at.path, disk) }));
}

/** Names what has to be hashed, and which directories are no longer shared. */
function passOn(
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
    const kind = names.get(row.name)?.kind;
    if (row.kind !== NODE_KINDS.directory || kind === 'directory' || kind === 'unreadable')
      continue;
    host.onGone(join(path, row.disk ?? row.name));
  }
  for (const file of found.toHash) host.onFile({ ...file, place, path: join(path, file.disk) });
}

function ignoresIn(host: ScanHost, { place }: PlaceOnDisk): Ignores {
  const inside = place.path.slice(place.path.indexOf('/') + 1);
  const prefix = place.path.includes('/') ? `${inside}/` : '';
  return (name, isDirectory) => host.ignores(prefix + name, isDirectory);
}

/** Leaves out what is deeper or has a longer path than any tracker keeps (HOSTILE 53), and reports it. */
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
    // A row from before this limit is removed, as if its file were gone.
    kept.set(name, problem ? undefined : seen);
  }
  return kept;
}
