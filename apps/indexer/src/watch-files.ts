/** chokidar over a small folder: works the same on every system, at the price of a watch a file. */
import { type FSWatcher, watch } from 'chokidar';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type TreeWatch, type WatchListener, isWatchLimit } from './watch-tree.js';

/** Sockets, FIFOs and devices are not shared, so they need no watch. */
const isSpecial = (stats: Stats | undefined): boolean =>
  stats !== undefined && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();

export class FileWatch implements TreeWatch {
  readonly #watcher: FSWatcher;

  constructor(folder: string, ignores: (path: string) => boolean, listener: WatchListener) {
    this.#watcher = watch(folder, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path, stats) => path !== folder && (isSpecial(stats) || ignores(path)),
    });
    this.#watcher.on('all', (event, path) => {
      // A new directory is read as a whole; chokidar misses what is made in it meanwhile.
      if (path === folder) listener.onHint(folder, undefined);
      else listener.onHint(dirname(path), basename(path));
      if (event === 'addDir') listener.onDoubt('');
    });
    // chokidar keeps a change of mode to itself once the file has been read: its raw events tell.
    this.#watcher.on('raw', (_, name, details) => {
      const { watchedPath } = details as { watchedPath: string };
      if (!name || watchedPath === folder) return;
      const path = basename(watchedPath) === name ? watchedPath : join(watchedPath, name);
      if (!ignores(path)) listener.onHint(dirname(path), basename(path));
    });
    this.#watcher.on('ready', () => listener.onDoubt(''));
    this.#watcher.on('error', (cause) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (isWatchLimit(cause)) listener.onLimit(message);
      else listener.onDoubt(message);
    });
  }

  /** chokidar finds new directories by itself. */
  add(): void {
    return;
  }

  /** chokidar notices by itself when a directory goes. */
  remove(): void {
    return;
  }

  close(): void {
    void this.#watcher.close();
  }
}
