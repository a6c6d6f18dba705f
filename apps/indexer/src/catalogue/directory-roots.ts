/** Brings the roots of directories in step with their children, the deepest first. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Blake3,
  ManifestBuilder,
  type ManifestEntry,
  directoryRoot,
  manifestTotals,
  rootBytes,
  rootText,
} from '@iwanto/merkle';
import { NODE_KINDS, type NodeRow } from '@iwanto/store';
import { PAGE_ROWS } from './catalogue-reader.js';
import type { CatalogueWriter, ManifestFacts } from './catalogue-writer.js';
import type { Catalogue } from './catalogue.js';

/** Directories in one transaction: some ten ms, so that questions are answered in between. */
const BATCH_DIRECTORIES = 64;
/** How often a large directory is rebuilt because it changed meanwhile; after that everything else waits for it. */
const BUILDS_MAX = 2;

const depthOf = ({ path }: NodeRow) => path.split('/').length;

/** Where changes of the catalogue are made: false when one has to be tried again later. */
export type Guard = (work: () => void) => boolean;

export class DirectoryRoots {
  /** Large directories whose last build was in vain, and how often. */
  readonly #failedBuilds = new Map<number, number>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly blake3: Blake3,
    private readonly guard: Guard,
  ) {}

  /**
   * Refreshes what can be refreshed now; resolves to false when nothing is left to do.
   * `waiting` are directories whose files are still being hashed: they and all above them stay as they are,
   * so that no root is announced of half a directory.
   */
  async refresh(waiting: Iterable<number>): Promise<boolean> {
    const held = this.#withAncestors(waiting);
    const ready = this.catalogue.read.dirtyDirectories().filter(({ id }) => !held.has(id));
    const deepest = ready.reduce((depth, row) => Math.max(depth, depthOf(row)), 0);
    const batch = ready.filter((row) => depthOf(row) === deepest).slice(0, BATCH_DIRECTORIES);
    if (batch.length === 0) return false;
    const large: NodeRow[] = [];
    const done = this.guard(() =>
      this.catalogue.change((writer) => {
        for (const row of batch) if (!this.#refreshSmall(writer, row)) large.push(row);
      }),
    );
    for (const row of large) await this.#refreshLarge(row);
    return done;
  }

  /** False for a directory that is too large to be read within a turn of the event loop. */
  #refreshSmall(writer: CatalogueWriter, row: NodeRow): boolean {
    const rows = this.catalogue.read.manifestRows(row.id, '');
    if (rows.length === PAGE_ROWS) return false;
    const build = new Build();
    build.add(rows);
    this.#put(writer, row, build.finish());
    return true;
  }

  async #refreshLarge(row: NodeRow): Promise<void> {
    const hasChanged = this.catalogue.observe(row.id);
    const mayPause = (this.#failedBuilds.get(row.id) ?? 0) < BUILDS_MAX;
    const build = new Build();
    let page = this.catalogue.read.manifestRows(row.id, '');
    for (; page.length > 0; page = this.catalogue.read.manifestRows(row.id, page.at(-1)!.name)) {
      build.add(page);
      if (mayPause) await nextTurn();
    }
    const facts = build.finish();
    if (hasChanged()) {
      this.#failedBuilds.set(row.id, (this.#failedBuilds.get(row.id) ?? 0) + 1);
      return;
    }
    this.#failedBuilds.delete(row.id);
    const now = this.catalogue.read.node(row.id);
    if (now?.gone !== 0) return;
    this.guard(() => this.catalogue.change((writer) => this.#put(writer, now, facts)));
  }

  #put(writer: CatalogueWriter, row: NodeRow, facts: ManifestFacts): void {
    writer.putManifest(row, rootBytes(directoryRoot(this.blake3, facts.manifest)), facts);
  }

  /** The directories that hold waiting files, and all above them. */
  #withAncestors(directories: Iterable<number>): Set<number> {
    const found = new Set<number>();
    for (const directory of directories) {
      let id = directory;
      while (id !== 0 && !found.has(id)) {
        found.add(id);
        id = this.catalogue.read.node(id)?.parent ?? 0;
      }
    }
    return found;
  }
}

/** One manifest in the making. */
class Build {
  readonly #manifest = new ManifestBuilder();
  #bytes = 0;
  #files = 0;

  add(rows: readonly NodeRow[]): void {
    const entries = rows.flatMap(entryOf);
    this.#manifest.add(entries);
    const { bytes, files } = manifestTotals(entries);
    this.#bytes += bytes;
    this.#files += files;
  }

  finish(): ManifestFacts {
    return { manifest: this.#manifest.finish(), bytes: this.#bytes, files: this.#files };
  }
}

/** A child directory without a root was not listed yet, or cannot be: it is left out until it was. */
function entryOf(row: NodeRow): ManifestEntry[] {
  const { name, size, files, root, exec, mtime, target, kind } = row;
  if (kind === NODE_KINDS.symlink) return [{ kind: 'symlink', name, target: target ?? '' }];
  if (!root) return [];
  const text = rootText(root);
  if (kind === NODE_KINDS.directory) {
    return [{ kind: 'directory', name, root: text, bytes: size, files }];
  }
  return [{ kind: 'file', name, size, root: text, exec: exec === 1, mtimeSeconds: mtime }];
}
