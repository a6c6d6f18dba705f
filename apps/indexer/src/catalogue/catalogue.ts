/** What this host shares, as a log of revisions: every change is one transaction. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DIGEST_BYTES, rootBytes, rootText } from '@iwanto/merkle';
import {
  CATALOGUE_MIGRATIONS,
  type CatalogueStatements,
  type CatalogueTables,
  DIRTY,
  type Database,
  HELD_AS,
  META,
  NODE_KINDS,
  type PresentRow,
  catalogueStatements,
  openDatabase,
} from '@iwanto/store';
import {
  type Announcement,
  type CatalogId,
  type CatalogueEntry,
  Failure,
  type FileHash,
  type ListAnswer,
  type OwnContent,
} from '@iwanto/wire';
import { CatalogueReader } from './catalogue-reader.js';
import { CatalogueWriter, type Place } from './catalogue-writer.js';
import type { HeldContent } from './held-contents.js';

/** Tombstones are kept until there are so many, or half as many as live rows if that is more. */
const TOMBSTONES_MIN = 20_000;

export interface SharedFolder extends Place {
  /** Absolute and real. */
  readonly diskPath: string;
}

export interface Totals {
  files: number;
  bytes: number;
}

export interface CatalogueOptions {
  readonly path: string;
  readonly nowMs: () => number;
}

const newCatalogId = () => randomBytes(8).toString('hex') as CatalogId;

/** The only writer of the catalogue's database. */
export class Catalogue {
  readonly #options: CatalogueOptions;
  readonly #totals = new Map<number, Totals>();
  readonly #listeners = new Set<() => void>();
  #database!: Database<CatalogueTables>;
  #statements!: CatalogueStatements;
  #reader!: CatalogueReader;
  /** Directories whose manifest is being built, and whether a child changed meanwhile. */
  readonly #observed = new Map<number, boolean>();
  #folders: SharedFolder[] = [];
  #catalogId = '' as CatalogId;
  #revision = 0;

  /** Opens the database, or begins a new one if there is none or a damaged one. */
  constructor(options: CatalogueOptions) {
    this.#options = options;
    this.#open();
  }

  /** Another id means another life: whoever knew the old one has to forget it. */
  get catalogId(): CatalogId {
    return this.#catalogId;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Where a damaged database went at the last opening. */
  get setAside(): string | undefined {
    return this.#database.setAside;
  }

  /** True if the database cannot be written: what is indexed now is lost at the stop. */
  get isForgetful(): boolean {
    return this.#database.isCopy;
  }

  get folders(): readonly SharedFolder[] {
    return this.#folders;
  }

  /** Single rows, for comparing the catalogue with the disk. */
  get read(): CatalogueReader {
    return this.#reader;
  }

  totals(folder: number): Readonly<Totals> {
    return this.#totals.get(folder) ?? { files: 0, bytes: 0 };
  }

  /** Calls `heard` after each transaction that changed something, until the returned function is called. */
  onChange(heard: () => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  /** Runs `work` as one transaction. What SQLite throws is rethrown, with nothing changed. */
  change<T>(work: (writer: CatalogueWriter) => T): T {
    const writer = new CatalogueWriter(this.#statements, this.#revision);
    const result = this.#database.sqlite.transaction(() => work(writer)).immediate();
    for (const [folder, { files, bytes }] of writer.movements) this.#count(folder, files, bytes);
    for (const id of this.#observed.keys()) if (writer.soiled.has(id)) this.#observed.set(id, true);
    if (writer.revision !== this.#revision) {
      this.#revision = writer.revision;
      for (const heard of this.#listeners) heard();
    }
    return result;
  }

  /** Watches the children of a directory: the returned function ends it and says whether one changed meanwhile. */
  observe(id: number): () => boolean {
    this.#observed.set(id, false);
    return () => {
      const hasChanged = this.#observed.get(id) === true;
      this.#observed.delete(id);
      return hasChanged;
    };
  }

  addFolder(name: string, diskPath: string): SharedFolder {
    const place = this.change((writer) => writer.putFolder(name, diskPath));
    const folder = { ...place, diskPath };
    this.#folders = [...this.#folders, folder];
    return folder;
  }

  removeFolder(folder: SharedFolder): void {
    this.change((writer) => writer.dropFolder(folder, folder.diskPath));
    this.#folders = this.#folders.filter(({ id }) => id !== folder.id);
    this.#totals.delete(folder.id);
  }

  /**
   * At most `limit` changes after `revision`. Whoever names a later revision than the last
   * one has seen an end of the log that a power cut destroyed: the catalogue then gets a new id and is sent from 0 on.
   */
  changesSince(revision: number, limit: number): Omit<Announcement, 'peer'> {
    if (revision > this.#revision) this.#beginAnotherLife();
    const since = revision <= this.#revision ? revision : 0;
    const read = since === 0 ? this.#statements.logOfLive : this.#statements.log;
    const lines = read.all({ since, limit: limit + 1 });
    const more = lines.length > limit;
    const told = more ? lines.slice(0, limit) : lines;
    const entries: CatalogueEntry[] = [];
    const gone: string[] = [];
    for (const { kind, path, root, size, mtime, gone: isGone, identity } of told) {
      if (isGone) gone.push(path);
      else if (root) {
        const name = kind === NODE_KINDS.file ? 'file' : 'directory';
        const modified = mtime > 0 && { modifiedMs: mtime * 1_000 };
        const partial = identity === HELD_AS.partial && { partial: true };
        entries.push({ path, kind: name, hash: rootText(root), size, ...modified, ...partial });
        // A symlink, or a directory that was not listed yet, may have taken the place of what was announced.
      } else if (since > 0) gone.push(path);
    }
    const reached = more ? (told.at(-1)?.revision ?? since) : this.#revision;
    return { catalogId: this.#catalogId, since, revision: reached, more, entries, gone };
  }

  /**
   * One page of what is shared in a folder, by name; the shared folders themselves below ''.
   * Throws E_NOT_FOUND if no such folder is shared.
   */
  list(path: string, after: string, limit: number): ListAnswer {
    let parent = 0;
    for (const name of path === '' ? [] : path.normalize('NFC').split('/')) {
      const row = this.#statements.child.get({ parent, name });
      if (row?.gone !== 0 || row.kind !== NODE_KINDS.directory || row.dirty === DIRTY.unlisted) {
        throw new Failure('E_NOT_FOUND', `No folder "${path}" is shared there.`);
      }
      parent = row.id;
    }
    const rows = this.#statements.fetchableAfter.all({ parent, after, limit: limit + 1 });
    const entries = rows.slice(0, limit).map(({ name, kind, size, files, root }) => ({
      ...{ name, size, files, hash: root && rootText(root) },
      kind: kind === NODE_KINDS.directory ? ('directory' as const) : ('file' as const),
    }));
    return { entries, more: rows.length > limit };
  }

  /** What this host says about a content that it has, to a peer that asks it instead of the leader. */
  ownContent(hash: FileHash): OwnContent | undefined {
    return this.#reader.own(rootBytes(hash));
  }

  /** What the transfer service holds is announced beside what is shared. */
  setHeld(contents: readonly HeldContent[]): void {
    this.change((writer) => writer.putHeld(contents));
  }

  /** Digests `first .. first + count - 1` of a shared file, or undefined if it is not known. */
  digests(hash: FileHash, first: number, count: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#statements.digests.get({
      root: rootBytes(hash),
      offset: first * DIGEST_BYTES,
      length: count * DIGEST_BYTES,
    })?.part;
  }

  /** Part of the manifest of a shared directory, and the length of the whole. */
  manifest(
    hash: FileHash,
    offset: number,
    length: number,
  ): { bytes: Uint8Array<ArrayBuffer>; manifestBytes: number } | undefined {
    const found = this.#statements.manifest.get({ root: rootBytes(hash), offset, length });
    return found && { bytes: found.part, manifestBytes: found.size };
  }

  /** Where a live row is on this host's disk. */
  diskPath(row: PresentRow): string {
    const names: string[] = [];
    let at: PresentRow | undefined = row;
    while (at && at.parent !== 0) {
      names.unshift(at.disk ?? at.name);
      at = this.#statements.node.get({ id: at.parent });
    }
    const folder = this.#folders.find(({ id }) => id === at?.id);
    return join(folder?.diskPath ?? '/', ...names);
  }

  /** Drops the oldest tombstones if there are many, and contents nobody refers to. */
  compact(): void {
    const { gone } = this.#statements.goneCount.get() ?? { gone: 0 };
    const live = [...this.#totals.values()].reduce((sum, { files }) => sum + files, 0);
    const kept = Math.max(TOMBSTONES_MIN, Math.ceil(live / 2));
    if (gone <= kept) return;
    const upTo = this.#statements.goneAt.get({ offset: gone - Math.floor(kept / 2) - 1 })?.revision;
    if (upTo === undefined) return;
    this.change((writer) => writer.purge(upTo));
    // Whoever knows this life may lack a tombstone that went now.
    this.#beginAnotherLife();
  }

  #beginAnotherLife(): void {
    this.#catalogId = newCatalogId();
    this.#statements.setMeta.run({ name: META.catalogId, text: this.#catalogId });
  }

  /** Closes a database that turned out to be damaged and opens it again: it is set aside on the way. */
  reopen(): void {
    this.#database.close();
    this.#open();
  }

  close(): void {
    this.#database.close();
  }

  #open(): void {
    const { path, nowMs } = this.#options;
    this.#database = openDatabase({ path, nowMs: nowMs(), migrations: CATALOGUE_MIGRATIONS });
    this.#statements = catalogueStatements(this.#database);
    this.#reader = new CatalogueReader(this.#statements);
    const meta = (name: string) => this.#statements.meta.get({ name })?.text;
    const known = meta(META.catalogId);
    this.#catalogId = (known ?? newCatalogId()) as CatalogId;
    if (!known) this.#statements.setMeta.run({ name: META.catalogId, text: this.#catalogId });
    // Revisions never go back, even when every row that had one is gone.
    const floor = Number(meta(META.floor) ?? 0);
    this.#revision = Math.max(floor, this.#statements.revision.get()?.revision ?? 0);
    this.#folders = this.#statements.folders.all().flatMap(({ node, path: diskPath }) => {
      const row = this.#statements.node.get({ id: node });
      return row ? [{ id: row.id, folder: row.id, path: row.path, diskPath }] : [];
    });
    this.#totals.clear();
    for (const { folder, files, bytes } of this.#statements.totals.all()) {
      this.#count(folder, files, bytes ?? 0);
    }
  }

  #count(folder: number, files: number, bytes: number): void {
    const totals = this.#totals.get(folder) ?? { files: 0, bytes: 0 };
    totals.files += files;
    totals.bytes += bytes;
    this.#totals.set(folder, totals);
  }
}
