/** chokidar over a small folder: works the same on every system, at the price of one watch per file. */
import { type FSWatcher, watch } from 'chokidar';
import type { Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { reasonOf } from '@iwanto/wire';
import { type TreeWatch, type WatchListener, isWatchLimit } from './watch-tree.js';

type Ignores = (path: string, isDirectory: boolean) => boolean;

/** Sockets, FIFOs and devices are not shared, so they need no watch. */
const isSpecial = (stats: Stats | undefined): boolean =>
  stats !== undefined && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();

/** chokidar first asks about the name alone: it is ignored only if both a file and a directory of that name are. */
const isIgnored = (ignores: Ignores, path: string, stats: Stats | undefined): boolean =>
  stats === undefined
    ? ignores(path, false) && ignores(path, true)
    : ignores(path, stats.isDirectory());

export class FileWatch implements TreeWatch {
  readonly #watcher: FSWatcher;
  #isReady = false;

  constructor(folder: string, ignores: Ignores, listener: WatchListener) {
    this.#watcher = watch(folder, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path, stats) =>
        path !== folder && (isSpecial(stats) || isIgnored(ignores, path, stats)),
    });
    this.#watcher.on('all', (event, path) => {
      // A new directory is read as a whole; chokidar misses what is created in it meanwhile.
      if (path === folder) listener.onHint(folder, undefined);
      else listener.onHint(dirname(path), basename(path));
      if (event === 'addDir') listener.onDoubt('');
    });
    // chokidar does not report changes that leave the mtime alone: a new mode, an edit whose mtime was set back.
    this.#watcher.on('raw', (_event, name, details) => this.#hearRaw(listener, name, details));
    this.#watcher.on('ready', () => {
      this.#isReady = true;
      listener.onDoubt('');
    });
    this.#watcher.on('error', (cause) => {
      const message = reasonOf(cause);
      if (isWatchLimit(cause)) listener.onLimit(cause);
      else listener.onDoubt(message);
    });
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The system's own event, about a watched file or about a name in a watched directory. */
  #hearRaw(listener: WatchListener, name: unknown, details: unknown): void {
    const { watchedPath } = (details ?? {}) as { watchedPath?: unknown };
    if (typeof watchedPath !== 'string') return;
    const isOfFile = typeof name !== 'string' || name === basename(watchedPath);
    if (isOfFile) listener.onHint(dirname(watchedPath), basename(watchedPath));
    else listener.onHint(watchedPath, name);
  }

  /** chokidar finds new directories by itself. */
  add(): void {
    return;
  }

  /** chokidar notices by itself when a directory disappears. */
  remove(): void {
    return;
  }

  close(): void {
    void this.#watcher.close();
  }
}
