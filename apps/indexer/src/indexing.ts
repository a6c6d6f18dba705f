/** Keeps the catalogue equal to the shared folders: every hint, every doubt and every timer ends in a look at the disk. */
import { basename, dirname } from 'node:path';
import type { Shared } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import { isCorruption, isDiskFull, isReadOnly } from '@iwanto/store';
import type { Catalogue, SharedFolder } from './catalogue/catalogue.js';
import { type DirtyDirectories, HINTS_DOUBTED, Hints } from './disk/hints.js';
import { Intake } from './hashing/intake.js';
import { FolderOnDisk } from './disk/folder-on-disk.js';
import { readMounts } from './disk/mounts.js';
import { WorkLine } from './work-line.js';

/** Everything is compared again after this time, whatever the watchers say, in ms. */
const RECONCILE_INTERVAL_MS = 300_000;
/** Folders without a working watcher are looked through so often, in ms. */
const POLL_INTERVAL_MS = 30_000;
/** How often is looked whether a folder came, went, was replaced or mounted upon, in ms (HOSTILE 87: within 5 s). */
const ROOT_CHECK_INTERVAL_MS = 2_000;
/** A doubt is acted on when no other came for so long, in ms: chokidar needs it to take up a new directory. */
const DOUBT_QUIET_MS = 500;
/** How long indexing pauses when the disk is full or read-only, in ms (HOSTILE 96). */
const PAUSE_MS = 30_000;

export interface IndexingOptions {
  readonly catalogue: Catalogue;
  readonly blake3: Blake3;
  /** Hashing threads. */
  readonly threads: number;
  /** The built `hash-file.js`. */
  readonly script: URL;
  readonly settleMs: number;
  /** Files and directories of this program itself, such as its keys: never shared, wherever they lie. */
  readonly privatePaths?: readonly string[];
  readonly onTrouble: (sentence: string) => void;
  /** Replaces PAUSE_MS in tests. */
  readonly pauseMs?: number;
}

export class Indexing {
  readonly #options: IndexingOptions;
  readonly #intake: Intake;
  readonly #line: WorkLine;
  readonly #hints: Hints;
  readonly #folders = new Map<number, FolderOnDisk>();
  readonly #doubts = new Map<number, NodeJS.Timeout>();
  readonly #timers: NodeJS.Timeout[] = [];
  #pauseTimer: NodeJS.Timeout | undefined;
  #pause = '';
  #closed = false;
  #heard: (() => void) | undefined;
  #revision = 0;

  constructor(options: IndexingOptions) {
    this.#options = options;
    options.catalogue.onChange(() => this.#tell());
    this.#line = new WorkLine((cause) => this.#judge(cause));
    this.#hints = new Hints((dirty, count) => this.#look(dirty, count));
    this.#intake = new Intake({
      ...options,
      onProgress: () => this.#tell(),
      look: (file) => this.#folders.get(file.place.folder)?.lookAt(file),
      guard: (work) => this.#guard(work),
      onSkip: (path, why) => this.#folderOf(path)?.skip(path, why),
    });
    this.#every(RECONCILE_INTERVAL_MS, () => this.#reconcileWhere(() => true));
    this.#every(POLL_INTERVAL_MS, () => this.#reconcileWhere((folder) => folder.isPolled));
    this.#every(ROOT_CHECK_INTERVAL_MS, () => this.#checkRoots());
  }

  /** Which BLAKE3 the hashing threads use. */
  get blake3(): string {
    return this.#intake.blake3;
  }

  /** Calls `heard` whenever `state` has something new to tell, which is often. */
  onProgress(heard: () => void): void {
    this.#heard = heard;
  }

  /** Begins to keep a folder of the catalogue; resolves when it was compared once. */
  addFolder(folder: SharedFolder): Promise<void> {
    const { catalogue, onTrouble, privatePaths = [] } = this.#options;
    const added = new FolderOnDisk({
      catalogue,
      folder,
      privatePaths,
      onTrouble,
      onFile: (file) => this.#intake.add(file),
      onHint: (directory, name) => this.#hints.add(directory, name),
      onDoubt: () => this.#doubt(folder.id),
      hasToStop: () => this.#hasToStop(),
    });
    this.#folders.set(folder.id, added);
    return this.#reconcile(added, false);
  }

  /** Stops keeping a folder; what was waiting to be hashed of it is forgotten. */
  removeFolder(folder: SharedFolder): void {
    this.#folders.get(folder.id)?.close();
    this.#folders.delete(folder.id);
    this.#intake.drop(({ place }) => place.folder === folder.id);
  }

  /** Somebody found that a file is not as it was hashed. */
  lookAt(path: string): void {
    this.#hints.add(dirname(path), basename(path));
  }

  /** Compares every folder; with `full` hashes everything again. Resolves when compared. */
  async rescan(full: boolean): Promise<void> {
    await Promise.all([...this.#folders.values()].map((folder) => this.#reconcile(folder, full)));
  }

  /** What this host shares, and how far indexing is. */
  state(): Shared {
    const { catalogue } = this.#options;
    const folders = catalogue.folders.map((folder) => ({
      path: folder.diskPath,
      ...catalogue.totals(folder.id),
      warning: this.#pause || (this.#folders.get(folder.id)?.warning ?? ''),
    }));
    return {
      revision: this.#revision,
      catalogId: catalogue.catalogId,
      catalogueRevision: catalogue.revision,
      folders,
      files: folders.reduce((sum, { files }) => sum + files, 0),
      bytes: folders.reduce((sum, { bytes }) => sum + bytes, 0),
      indexing: this.#intake.state(this.#line.isBusy || !this.#hints.isEmpty),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.forEach(clearInterval);
    this.#doubts.forEach(clearTimeout);
    clearTimeout(this.#pauseTimer);
    this.#hints.close();
    for (const folder of this.#folders.values()) folder.close();
    await this.#intake.close();
    await this.#line.add(async () => undefined);
  }

  #tell(): void {
    this.#revision += 1;
    if (!this.#closed) this.#heard?.();
  }

  #every(intervalMs: number, work: () => void): void {
    this.#timers.push(setInterval(work, intervalMs));
  }

  #folderOf(path: string): FolderOnDisk | undefined {
    return [...this.#folders.values()].find((folder) => folder.contains(path));
  }

  #checkRoots(): void {
    const mounts = readMounts();
    this.#reconcileWhere((folder) => folder.hasChanged(mounts));
  }

  #reconcileWhere(isDue: (folder: FolderOnDisk) => boolean): void {
    for (const folder of this.#folders.values()) {
      if (isDue(folder)) void this.#reconcile(folder, false);
    }
  }

  #reconcile(folder: FolderOnDisk, full: boolean): Promise<void> {
    const { id } = folder.folder;
    const done = this.#line.add(() => folder.reconcile(full, readMounts()), `${id} ${full}`);
    this.#tell();
    return done.then(() => this.#looked());
  }

  #doubt(folder: number): void {
    clearTimeout(this.#doubts.get(folder));
    const again = () => {
      this.#doubts.delete(folder);
      const doubted = this.#folders.get(folder);
      if (doubted) void this.#reconcile(doubted, false);
    };
    if (!this.#closed) this.#doubts.set(folder, setTimeout(again, DOUBT_QUIET_MS));
  }

  #look(dirty: DirtyDirectories, hints: number): void {
    if (hints >= HINTS_DOUBTED) for (const folder of this.#folders.keys()) this.#doubt(folder);
    const work = async () => {
      for (const [directory, names] of dirty) {
        await this.#folderOf(directory)?.look(directory, names);
      }
    };
    void this.#line.add(work).then(() => this.#looked());
  }

  #looked(): void {
    if (this.#closed) return;
    this.#intake.refreshSoon();
    this.#tell();
  }

  async #hasToStop(): Promise<boolean> {
    await this.#intake.room();
    return this.#closed || this.#pause !== '';
  }

  #guard(work: () => void): boolean {
    if (this.#pause !== '' || this.#closed) return false;
    try {
      work();
      return true;
    } catch (cause) {
      this.#judge(cause);
      return false;
    }
  }

  /** What went wrong decides what helps: a new database, a pause, or just a line in the log. */
  #judge(cause: unknown): void {
    if (this.#closed) return;
    if (isCorruption(cause)) this.#rebuild(String(cause));
    else if (isDiskFull(cause)) this.#pauseFor('the disk is full: free some room');
    else if (isReadOnly(cause)) this.#pauseFor('the database cannot be written: allow it');
    else this.#options.onTrouble(`Indexing failed and will be tried again: ${String(cause)}`);
  }

  #rebuild(why: string): void {
    const { catalogue, onTrouble } = this.#options;
    const folders = [...this.#folders.values()].map(({ folder }) => folder);
    folders.forEach((folder) => this.removeFolder(folder));
    catalogue.reopen();
    onTrouble(`The catalogue was damaged (${why}); it was set aside and is built anew.`);
    for (const { path, diskPath } of folders) {
      const known = catalogue.folders.find((folder) => folder.diskPath === diskPath);
      void this.addFolder(known ?? catalogue.addFolder(path, diskPath));
    }
  }

  #pauseFor(why: string): void {
    if (this.#pause === '') {
      this.#options.onTrouble(`Indexing pauses: ${why}. It goes on by itself.`);
    }
    this.#pause = `Indexing pauses: ${why}; it goes on by itself`;
    this.#tell();
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => this.#resume(), this.#options.pauseMs ?? PAUSE_MS);
  }

  #resume(): void {
    this.#pause = '';
    this.#tell();
    this.#intake.commit();
    void this.rescan(false);
  }
}
