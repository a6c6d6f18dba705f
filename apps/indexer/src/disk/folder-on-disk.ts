/** One shared folder while it is shared: its rules, its watcher, its warnings, and every look at it. */
import { type BigIntStats, lstatSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { NODE_KINDS } from '@iwanto/store';
import type { Catalogue, SharedFolder } from '../catalogue/catalogue.js';
import { directoryIdentity } from './identity.js';
import { IGNORE_FILE, IgnoreTree } from './ignore-tree.js';
import { seeEntry } from './list-directory.js';
import { networkMountOf } from './network-mount.js';
import {
  type PlaceOnDisk,
  type ScanHost,
  type ScanMode,
  type WaitingFile,
  scanNames,
  scanTree,
} from './scan.js';
import { Skipped, counted } from './skipped.js';
import { DirectoryWatch } from './watch-directories.js';
import { FileWatch } from './watch-files.js';
import type { TreeWatch, WatchListener } from './watch-tree.js';

/** Up to so many files a folder is watched with chokidar, above it with one watch a directory (docs/decisions.md). */
export const CHOKIDAR_FILES_MAX = 2_000;

const LIMIT_ADVICE =
  'the system has no watches left, so changes are found by a look every 30 s; raise the limit with: sysctl fs.inotify.max_user_watches=1048576';

export interface FolderOptions {
  readonly catalogue: Catalogue;
  readonly folder: SharedFolder;
  /** Real paths that are never shared. */
  readonly privatePaths: readonly string[];
  readonly onFile: (file: WaitingFile) => void;
  readonly onHint: (directory: string, name: string | undefined) => void;
  /** The folder should be compared as a whole, soon. */
  readonly onDoubt: () => void;
  readonly onTrouble: (sentence: string) => void;
  readonly hasToStop: () => Promise<boolean>;
}

export class FolderOnDisk {
  readonly #options: FolderOptions;
  readonly #host: ScanHost;
  readonly #skipped: Skipped;
  readonly #rules: IgnoreTree;
  /** Relative to the folder, in normal form C. */
  readonly #private: ReadonlySet<string>;
  /** Since the watcher was made. */
  #hasNewRules = false;
  #watch: TreeWatch | undefined;
  #watchKind: 'files' | 'directories' | 'none' = 'none';
  #identity = '';
  #absence = '';
  #polling = '';
  #closed = false;
  /** Files the last reconcile found that the catalogue does not have yet. */
  #filesFound = 0;

  constructor(options: FolderOptions) {
    this.#options = options;
    this.#skipped = new Skipped(options.onTrouble);
    this.#rules = new IgnoreTree(options.folder.diskPath, options.onTrouble);
    const inside = options.privatePaths.map((path) => this.#inside(path).normalize('NFC'));
    this.#private = new Set(inside);
    this.#host = {
      catalogue: options.catalogue,
      ignores: (path, isDirectory) => this.#ignores(path, isDirectory),
      onSkip: (path, why) => this.skip(path, why),
      onDirectory: (path) => {
        this.#watch?.add(path);
        this.#readRules(path);
      },
      onGone: (path) => {
        this.#watch?.remove(path);
        this.#rules.leave(this.#inside(path));
      },
      onFile: (file) => {
        this.#filesFound += 1;
        options.onFile(file);
      },
      hasToStop: async () => this.#closed || (await options.hasToStop()),
    };
  }

  get folder(): SharedFolder {
    return this.#options.folder;
  }

  /** True where nothing tells of changes, so that somebody has to look now and then. */
  get isPolled(): boolean {
    return this.#polling !== '' || this.#absence !== '';
  }

  /** What a person should know, or an empty text. */
  get warning(): string {
    if (this.#absence) return this.#absence;
    return [
      this.#polling,
      counted(this.#skipped.size, 'entry', 'entries', 'cannot be shared'),
      counted(this.#rules.unusable, IGNORE_FILE, `${IGNORE_FILE}s`, 'cannot be used'),
    ]
      .filter(Boolean)
      .join('; ');
  }

  contains(path: string): boolean {
    const { diskPath } = this.folder;
    return path === diskPath || path.startsWith(diskPath.endsWith(sep) ? diskPath : diskPath + sep);
  }

  /** Compares the whole folder; empties the catalogue where the folder is not there (HOSTILE 87). */
  async reconcile(full: boolean): Promise<void> {
    const { folder, catalogue } = this.#options;
    this.#skipped.forget();
    this.#filesFound = 0;
    this.#readRules(folder.diskPath);
    this.#notice();
    if (catalogue.totals(folder.id).files > 0) this.#chooseWatch('before');
    const outcome = this.#absence ? 'vanished' : await this.#scan(this.#root(), full);
    if (outcome === 'vanished') this.#empty();
    else if (outcome === 'done') this.#chooseWatch('after');
    this.#watchAnew();
  }

  /** Acts on hints: looks at the names, or at the whole directory where none are given. */
  async look(directory: string, names: ReadonlySet<string> | undefined): Promise<void> {
    const place = this.#placeOf(directory);
    if (!place) return this.#lookAbove(directory);
    const hasNewRules = (!names || names.has(IGNORE_FILE)) && this.#readRules(directory);
    if (!names || hasNewRules) {
      const outcome = await scanTree(this.#host, place, { deep: hasNewRules, full: false });
      this.#watchAnew();
      if (outcome === 'vanished') await this.#lookAbove(directory);
      return;
    }
    for (const found of scanNames(this.#host, place, names)) {
      this.#watch?.remove(found.path);
      await scanTree(this.#host, found, { deep: true, full: false });
    }
    this.#watchAnew();
  }

  /** How a file is now; undefined when it is gone or no longer shared. */
  lookAt(file: WaitingFile): WaitingFile | undefined {
    const inside = this.#inside(dirname(file.path));
    const prefix = inside === '' ? '' : `${inside}/`;
    const ignores = (name: string, isDirectory: boolean) =>
      this.#ignores(prefix + name, isDirectory);
    const seen = seeEntry(dirname(file.path), basename(file.path), ignores, this.#host.onSkip);
    return seen?.kind === 'file' ? { ...file, ...seen } : undefined;
  }

  /** Whether the folder came, went, or became another one since the last reconcile. */
  hasChangedIdentity(): boolean {
    const stats = this.#stats();
    return (stats ? directoryIdentity(stats) : '') !== this.#identity;
  }

  skip(path: string, why: string): void {
    this.#skipped.add(path, why);
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  #ignores(path: string, isDirectory: boolean): boolean {
    return this.#private.has(path.normalize('NFC')) || this.#rules.ignores(path, isDirectory);
  }

  #readRules(directory: string): boolean {
    const areNew = this.#rules.enter(this.#inside(directory));
    this.#hasNewRules ||= areNew;
    return areNew;
  }

  /** A path on disk as one relative to the shared folder. */
  #inside(path: string): string {
    return relative(this.folder.diskPath, path);
  }

  #root(): PlaceOnDisk {
    return { place: this.folder, path: this.folder.diskPath };
  }

  #scan(start: PlaceOnDisk, full: boolean): ReturnType<typeof scanTree> {
    const mode: ScanMode = { deep: true, full };
    return scanTree(this.#host, start, mode);
  }

  /** A directory that is not known or not there: what lies above it knows more. */
  async #lookAbove(directory: string): Promise<void> {
    if (directory === this.folder.diskPath) return this.#options.onDoubt();
    await this.look(dirname(directory), new Set([basename(directory)]));
  }

  #stats(): BigIntStats | undefined {
    try {
      return lstatSync(this.folder.diskPath, { bigint: true, throwIfNoEntry: false });
    } catch (cause) {
      this.skip(this.folder.diskPath, (cause as Error).message);
      return undefined;
    }
  }

  /** Notices whether the folder is there, and whether it is the one that was there before. */
  #notice(): void {
    const stats = this.#stats();
    const identity = stats?.isDirectory() ? directoryIdentity(stats) : '';
    if (identity !== this.#identity) {
      this.#watch?.close();
      this.#watch = undefined;
      this.#watchKind = 'none';
    }
    this.#identity = identity;
    const { diskPath } = this.folder;
    const wasAbsent = this.#absence !== '';
    this.#absence = identity
      ? ''
      : `${diskPath} is not there: make it or mount it, or stop sharing it with "iwanto unshare ${diskPath}"`;
    if (this.#absence && !wasAbsent) this.#options.onTrouble(`${this.#absence}.`);
  }

  #empty(): void {
    const { catalogue, folder } = this.#options;
    catalogue.change((writer) => {
      for (const row of catalogue.rows.present.all({ parent: folder.id })) writer.bury(row);
    });
  }

  #placeOf(directory: string): PlaceOnDisk | undefined {
    const { catalogue, folder } = this.#options;
    let at: PlaceOnDisk = this.#root();
    for (const disk of relative(folder.diskPath, directory).split(sep).filter(Boolean)) {
      const row = catalogue.rows.child.get({ parent: at.place.id, name: disk.normalize('NFC') });
      if (row?.gone !== 0 || row.kind !== NODE_KINDS.directory) return undefined;
      at = { place: row, path: join(at.path, disk) };
    }
    return at;
  }

  /** Small folders get chokidar, large ones a watch a directory, those that cannot be watched a look now and then. */
  #chooseWatch(when: 'before' | 'after'): void {
    const { catalogue, folder } = this.#options;
    if (this.#polling || this.#absence || this.#closed) return;
    const network = networkMountOf(folder.diskPath);
    if (network) {
      this.#poll(
        `${folder.diskPath} lies on a network file system (${network}), which does not tell of changes: it is looked through every 30 s`,
      );
      return;
    }
    const files = catalogue.totals(folder.id).files + this.#filesFound;
    const isSmall = files <= CHOKIDAR_FILES_MAX;
    if (this.#watchKind === 'directories' || (this.#watchKind === 'files' && isSmall)) return;
    this.#watch?.close();
    this.#hasNewRules = false;
    this.#watchKind = isSmall ? 'files' : 'directories';
    const listener = this.#listener();
    const ignores = (path: string, isDirectory: boolean) =>
      basename(path) !== IGNORE_FILE && this.#ignores(this.#inside(path), isDirectory);
    this.#watch = isSmall
      ? new FileWatch(folder.diskPath, ignores, listener)
      : new DirectoryWatch(listener);
    // Watches of directories are set while they are read: after that, only another look sets them.
    if (!isSmall && when === 'after') this.#options.onDoubt();
  }

  /** chokidar asks once what to leave out: under other rules it has to look again. */
  #watchAnew(): void {
    if (!this.#hasNewRules) return;
    this.#hasNewRules = false;
    if (this.#watchKind !== 'files') return;
    this.#watchKind = 'none';
    this.#chooseWatch('after');
  }

  #listener(): WatchListener {
    return {
      onHint: this.#options.onHint,
      onDoubt: (why) => {
        if (why) this.#options.onTrouble(`Watching ${this.folder.diskPath}: ${why}.`);
        this.#options.onDoubt();
      },
      onLimit: () => this.#poll(`${this.folder.diskPath}: ${LIMIT_ADVICE}`),
    };
  }

  #poll(why: string): void {
    if (this.#polling) return;
    this.#polling = why;
    this.#options.onTrouble(`${why}.`);
  }
}
