/** Keeps the catalogue equal to the shared folders: which folders there are, when each is scanned, and how failures are handled. The way of a change is `pipe/pipe.ts`. */
import { basename, dirname } from 'node:path';
import { type Shared, lookRegularly, nextRevision } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import { reasonOf } from '@iwanto/wire';
import { isCorruption, isDiskFull, isReadOnly } from '@iwanto/store';
import type { Catalogue, SharedFolder } from './catalogue/catalogue.js';
import { FolderOnDisk } from './disk/folder-on-disk.js';
import { readMounts } from './disk/mounts.js';
import { Pause } from './pause.js';
import { IndexLog, type Note } from './pipe/index-log.js';
import { Pipe } from './pipe/pipe.js';

/** Everything is compared again after this time, whatever the watchers say, in ms. */
const RECONCILE_INTERVAL_MS = 300_000;
/** Folders without a working watcher are scanned so often, in ms. */
const POLL_INTERVAL_MS = 30_000;
/** A doubt is acted on once no other has come for this long, in ms: chokidar needs that to pick up a new directory. */
const DOUBT_QUIET_MS = 500;

export interface IndexingOptions {
  readonly catalogue: Catalogue;
  readonly blake3: Blake3;
  /** Hashing threads. */
  readonly threads: number;
  /** The built `hash-file.js`. */
  readonly script: URL;
  readonly settleMs: number;
  /** Files and directories of this program itself, such as its keys: never shared, wherever they are. */
  readonly privatePaths?: readonly string[];
  readonly onTrouble: (sentence: string) => void;
  /** What the log is to know besides. */
  readonly onNote?: Note;
  /** How long indexing pauses when the disk is full or read-only, in ms. */
  readonly pauseMs?: number;
}

export class Indexing {
  readonly #options: IndexingOptions;
  readonly #pipe: Pipe;
  readonly #log: IndexLog;
  readonly #folders = new Map<number, FolderOnDisk>();
  readonly #doubts = new Map<number, NodeJS.Timeout>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopLooking: () => void;
  readonly #pause: Pause;
  #closed = false;
  #leftOut = () => 0;
  #heard: (() => void) | undefined;
  #revision = nextRevision();

  constructor(options: IndexingOptions) {
    this.#options = options;
    this.#log = new IndexLog(options.onNote ?? (() => undefined), () => performance.now());
    options.catalogue.onChange(() => this.#tell());
    const { pauseMs, onTrouble } = options;
    this.#pause = new Pause({ pauseMs, onTrouble, onResume: () => this.#resume() });
    this.#pipe = new Pipe({
      ...options,
      log: this.#log,
      folderOf: (path) => this.#folderOf(path),
      guard: (work) => this.#guard(work),
      onFlood: () => [...this.#folders.keys()].forEach((id) => this.#doubt(id)),
      onProgress: () => this.#tell(),
      onFailure: (cause) => this.#judge(cause),
    });
    this.#every(RECONCILE_INTERVAL_MS, () => this.#reconcileWhere(() => true));
    this.#every(POLL_INTERVAL_MS, () => this.#reconcileWhere((folder) => folder.isPolled));
    // Whether a folder appeared, vanished, was replaced or mounted upon (HOSTILE 87: within 5 s).
    this.#stopLooking = lookRegularly(() => {
      const mounts = readMounts();
      this.#reconcileWhere((folder) => folder.hasChanged(mounts));
    });
  }

  /** Calls `heard` whenever `state` has changed, which is often. */
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
      onFile: (file) => this.#pipe.found(file),
      onHint: (directory, name) => this.#pipe.hint(directory, name),
      onDoubt: () => this.#doubt(folder.id),
      hasToStop: () => this.#hasToStop(),
    });
    this.#folders.set(folder.id, added);
    this.#log.added(folder.diskPath);
    return this.#pipe.lookThrough(added, false);
  }

  /** Stops keeping a folder; its files that were waiting to be hashed are forgotten. */
  removeFolder(folder: SharedFolder): void {
    this.#folders.get(folder.id)?.close();
    if (this.#folders.delete(folder.id)) this.#log.removed(folder.diskPath);
    this.#pipe.drop(({ place }) => place.folder === folder.id);
  }

  /** A file was found to differ from what was hashed. */
  lookAt(path: string): void {
    this.#pipe.hint(dirname(path), basename(path));
  }

  /** Compares every folder; with `full` hashes everything again. Resolves when compared. */
  async rescan(full: boolean): Promise<void> {
    await Promise.all(
      [...this.#folders.values()].map((folder) => this.#pipe.lookThrough(folder, full)),
    );
  }

  /** What this host shares, and how far indexing is. */
  state(): Shared {
    const { catalogue } = this.#options;
    const folders = catalogue.folders.map((folder) => ({
      path: folder.diskPath,
      ...catalogue.totals(folder.id),
      warning: this.#warningOf(folder),
    }));
    return {
      revision: this.#revision,
      catalogId: catalogue.catalogId,
      catalogueRevision: catalogue.revision,
      folders,
      files: folders.reduce((sum, { files }) => sum + files, 0),
      bytes: folders.reduce((sum, { bytes }) => sum + bytes, 0),
      indexing: this.#pipe.state(),
    };
  }

  /** From now on `leftOut` gives the number of entries that a tracker has no space for. */
  heedTracker(leftOut: () => number): void {
    this.#leftOut = leftOut;
  }

  /** More is shared than a tracker keeps; an empty text if it is not. */
  get excess(): string {
    const leftOut = this.#leftOut();
    return leftOut > 0
      ? `more is shared here than a tracker keeps for one host: ${leftOut} files or folders cannot be found`
      : '';
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.forEach(clearInterval);
    this.#stopLooking();
    this.#doubts.forEach(clearTimeout);
    this.#pause.close();
    for (const folder of this.#folders.values()) folder.close();
    await this.#pipe.close();
  }

  #tell(): void {
    this.#revision = nextRevision();
    if (!this.#closed) this.#heard?.();
  }

  #warningOf({ id }: SharedFolder): string {
    if (this.#pause.isOn) return this.#pause.warning;
    const own = this.#folders.get(id)?.warning ?? '';
    return [own, this.excess].filter(Boolean).join('; ');
  }

  #every(intervalMs: number, work: () => void): void {
    this.#timers.push(setInterval(work, intervalMs));
  }

  #folderOf(path: string): FolderOnDisk | undefined {
    return [...this.#folders.values()].find((folder) => folder.contains(path));
  }

  #reconcileWhere(isDue: (folder: FolderOnDisk) => boolean): void {
    for (const folder of this.#folders.values()) {
      if (isDue(folder)) void this.#pipe.lookThrough(folder, false);
    }
  }

  #doubt(folder: number): void {
    clearTimeout(this.#doubts.get(folder));
    const again = () => {
      this.#doubts.delete(folder);
      const doubted = this.#folders.get(folder);
      if (doubted) void this.#pipe.lookThrough(doubted, false);
    };
    if (!this.#closed) this.#doubts.set(folder, setTimeout(again, DOUBT_QUIET_MS));
  }

  async #hasToStop(): Promise<boolean> {
    await this.#pipe.room();
    return this.#closed || this.#pause.isOn;
  }

  #guard(work: () => void): boolean {
    if (this.#pause.isOn || this.#closed) return false;
    try {
      work();
      return true;
    } catch (cause) {
      this.#judge(cause);
      return false;
    }
  }

  /** The kind of failure decides the remedy: a new database, a pause, or just a line in the log. */
  #judge(cause: unknown): void {
    if (this.#closed) return;
    if (isCorruption(cause)) this.#rebuild(reasonOf(cause));
    else if (isDiskFull(cause)) this.#pauseFor('the disk is full: free some space');
    else if (isReadOnly(cause)) this.#pauseFor('the database cannot be written: allow it');
    else this.#options.onTrouble(`Indexing failed and will be tried again: ${reasonOf(cause)}`);
  }

  #rebuild(why: string): void {
    const { catalogue, onTrouble } = this.#options;
    const folders = [...this.#folders.values()].map(({ folder }) => folder);
    folders.forEach((folder) => this.removeFolder(folder));
    catalogue.reopen();
    onTrouble(`The catalogue was damaged (${why}); it was set aside and is being rebuilt.`);
    for (const { path, diskPath } of folders) {
      const known = catalogue.folders.find((folder) => folder.diskPath === diskPath);
      void this.addFolder(known ?? catalogue.addFolder(path, diskPath));
    }
  }

  #pauseFor(why: string): void {
    this.#pause.begin(why);
    this.#tell();
  }

  #resume(): void {
    this.#tell();
    this.#pipe.commit();
    void this.rescan(false);
  }
}
