/** One shared folder while it is shared: its rules, its watcher, its warnings, and every scan of it. */
import { type BigIntStats, lstatSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { keepsInodes } from '@iwanto/service';
import { NODE_KINDS } from '@iwanto/store';
import { codeOf, reasonOf } from '@iwanto/wire';
import type { Catalogue, SharedFolder } from '../catalogue/catalogue.js';
import { deviceOf, directoryIdentity } from './identity.js';
import { IGNORE_FILE, IgnoreTree } from './ignore-tree.js';
import { isEmptyDirectory, seeEntry } from './list-directory.js';
import { FolderWatch } from './folder-watch.js';
import { type Mount, mountsIn } from './mounts.js';
import {
  type PlaceOnDisk,
  type ScanHost,
  type ScanMode,
  type WaitingFile,
  scanNames,
  scanTree,
} from './scan.js';
import { Skipped, counted } from './skipped.js';
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
  readonly #watch: FolderWatch;
  #identity = '';
  #mounts = '';
  #absence = '';
  #closed = false;
  /** Files the last reconcile found that the catalogue does not have yet. */
  #filesFound = 0;

  constructor(options: FolderOptions) {
    this.#options = options;
    this.#skipped = new Skipped(options.onTrouble);
    this.#rules = new IgnoreTree(options.folder.diskPath, options.onTrouble);
    const inside = options.privatePaths.map((path) => this.#inside(path).normalize('NFC'));
    this.#private = new Set(inside);
    this.#watch = new FolderWatch({
      diskPath: options.folder.diskPath,
      ignores: (path, isDirectory) => this.#ignores(this.#inside(path), isDirectory),
      onHint: options.onHint,
      onDoubt: options.onDoubt,
      onTrouble: options.onTrouble,
    });
    this.#host = {
      catalogue: options.catalogue,
      ignores: (path, isDirectory) => this.#ignores(path, isDirectory),
      onSkip: (path, why) => this.skip(path, why),
      onDirectory: (path) => {
        this.#watch.enter(path);
        this.#readRules(path);
      },
      onGone: (path) => {
        this.#watch.leave(path);
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

  /** True if nothing reports changes, so that the folder has to be polled. */
  get isPolled(): boolean {
    return this.#watch.polling !== '' || this.#absence !== '';
  }

  /** What a person should know, or an empty text. */
  get warning(): string {
    if (this.#absence) return this.#absence;
    return [
      this.#watch.polling,
      counted(this.#skipped.size, 'entry', 'entries', 'cannot be shared'),
      counted(this.#rules.unusable, IGNORE_FILE, `${IGNORE_FILE}s`, 'cannot be used'),
    ]
      .filter(Boolean)
      .join('; ');
  }

  /** What the last reconcile found. */
  get counts(): { toHash: number; skipped: number } {
    return { toHash: this.#filesFound, skipped: this.#skipped.size };
  }

  contains(path: string): boolean {
    const { diskPath } = this.folder;
    return path === diskPath || path.startsWith(diskPath.endsWith(sep) ? diskPath : diskPath + sep);
  }

  /** Compares the whole folder; one that is not there is announced as gone (HOSTILE 87). */
  async reconcile(full: boolean, mounts: readonly Mount[]): Promise<void> {
    const { folder, catalogue } = this.#options;
    this.#skipped.forget();
    this.#filesFound = 0;
    this.#readRules(folder.diskPath);
    if (!this.#notice(mounts)) return;
    if (this.#absence) return this.#leave();
    this.#watch.begin(mountsIn(mounts, folder.diskPath));
    catalogue.change((writer) => writer.reviveFolder(folder));
    const files = () => catalogue.totals(folder.id).files + this.#filesFound;
    if (files() > 0) this.#watch.choose(files(), 'before');
    const outcome = await this.#scan(this.#root(), full);
    if (outcome === 'vanished') this.#leave();
    else if (outcome === 'done') {
      this.#keepIdentity();
      this.#watch.choose(files(), 'after');
    }
    this.#watch.end();
  }

  /** Acts on hints: looks at the names, or at the whole directory if none are given. */
  async look(directory: string, names: ReadonlySet<string> | undefined): Promise<void> {
    const place = this.#placeOf(directory);
    if (!place) return this.#lookAbove(directory);
    const hasNewRules = (!names || names.has(IGNORE_FILE)) && this.#readRules(directory);
    if (!names || hasNewRules) {
      const outcome = await scanTree(this.#host, place, { deep: hasNewRules, full: false });
      this.#watch.end();
      if (outcome === 'vanished') await this.#lookAbove(directory);
      return;
    }
    for (const found of scanNames(this.#host, place, names)) {
      this.#watch.leave(found.path);
      await scanTree(this.#host, found, { deep: true, full: false });
    }
    this.#watch.end();
  }

  /** How a file is now; undefined when it is gone or no longer shared. */
  lookAt(file: WaitingFile): WaitingFile | undefined {
    const inside = this.#inside(dirname(file.path));
    const prefix = inside === '' ? '' : `${inside}/`;
    const ignores = (name: string, isDirectory: boolean) =>
      this.#ignores(prefix + name, isDirectory);
    const { onSkip } = this.#host;
    const seen = seeEntry(dirname(file.path), basename(file.path), { ignores, onSkip });
    return seen?.kind === 'file' ? { ...file, ...seen } : undefined;
  }

  /** Whether the folder came, went, became another one, or was mounted upon since the last reconcile. */
  hasChanged(mounts: readonly Mount[]): boolean {
    const found = this.#stats();
    if (found === 'unreadable') return false;
    const identity = found ? this.#identityOf(found) : '';
    return identity !== this.#identity || this.#mountsInside(mounts) !== this.#mounts;
  }

  skip(path: string, why: string): void {
    this.#skipped.add(path, why);
  }

  close(): void {
    this.#closed = true;
    this.#watch.close();
  }

  #ignores(path: string, isDirectory: boolean): boolean {
    return this.#private.has(path.normalize('NFC')) || this.#rules.ignores(path, isDirectory);
  }

  #readRules(directory: string): boolean {
    const areNew = this.#rules.enter(this.#inside(directory));
    if (areNew) this.#watch.rulesChanged();
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

  /** A directory that is unknown or absent: its parent knows more. */
  async #lookAbove(directory: string): Promise<void> {
    if (directory === this.folder.diskPath) return this.#options.onDoubt();
    await this.look(dirname(directory), new Set([basename(directory)]));
  }

  #identityOf(stats: BigIntStats): string {
    return directoryIdentity(stats, keepsInodes(this.folder.diskPath));
  }

  /** Undefined if it is not there. */
  #stats(): BigIntStats | 'unreadable' | undefined {
    try {
      return lstatSync(this.folder.diskPath, { bigint: true, throwIfNoEntry: false });
    } catch (cause) {
      if (codeOf(cause) === 'ENOTDIR') return undefined;
      this.skip(this.folder.diskPath, reasonOf(cause));
      return 'unreadable';
    }
  }

  /** Notices whether the folder is there, and whether it is the one that was there before. False if nothing can be said. */
  #notice(mounts: readonly Mount[]): boolean {
    const stats = this.#stats();
    if (stats === 'unreadable') return false;
    const identity = stats?.isDirectory() ? this.#identityOf(stats) : '';
    if (identity !== this.#identity) this.#watch.stop();
    this.#identity = identity;
    this.#mounts = this.#mountsInside(mounts);
    const absence = this.#absenceOf(identity);
    if (absence && !this.#absence) this.#options.onTrouble(`${absence}.`);
    if (!absence && this.#absence) this.#options.onTrouble(`${this.folder.diskPath} is back.`);
    this.#absence = absence;
    return true;
  }

  /** Why the folder counts as not there, or an empty text. */
  #absenceOf(identity: string): string {
    const { diskPath } = this.folder;
    const advice = `or stop sharing it with "iwanto unshare ${diskPath}"`;
    if (identity === '') return `${diskPath} does not exist: create it or mount it, ${advice}`;
    const known = this.#options.catalogue.read.node(this.folder.id)?.identity ?? '';
    // If a file system was unmounted, an empty directory of another device remains.
    const isOtherDevice = known !== '' && deviceOf(known) !== deviceOf(identity);
    if (!isOtherDevice || !isEmptyDirectory(diskPath)) return '';
    return `${diskPath} is empty and on another file system than before: mount it again, ${advice}`;
  }

  #keepIdentity(): void {
    const { catalogue, folder } = this.#options;
    if (catalogue.read.node(folder.id)?.identity === this.#identity) return;
    catalogue.change((writer) => writer.identifyFolder(folder, this.#identity));
  }

  #mountsInside(mounts: readonly Mount[]): string {
    const inside = mountsIn(mounts, this.folder.diskPath);
    return inside.map(({ id, path }) => `${id} ${path}`).join('\n');
  }

  /** An absent folder is announced as gone, not as empty. */
  #leave(): void {
    const { catalogue, folder } = this.#options;
    catalogue.change((writer) => writer.buryFolder(folder));
  }

  #placeOf(directory: string): PlaceOnDisk | undefined {
    const { catalogue, folder } = this.#options;
    let at: PlaceOnDisk = this.#root();
    for (const disk of relative(folder.diskPath, directory).split(sep).filter(Boolean)) {
      const row = catalogue.read.child(at.place.id, disk.normalize('NFC'));
      if (row?.kind !== NODE_KINDS.directory) return undefined;
      at = { place: row, path: join(at.path, disk) };
    }
    return at;
  }
}
