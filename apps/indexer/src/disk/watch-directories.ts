/** One watch per directory: for large folders, where a watch per file would need too many (docs/decisions.md). */
import { type FSWatcher, watch } from 'node:fs';
import { sep } from 'node:path';
import { codeOf, reasonOf } from '@iwanto/wire';
import { type TreeWatch, type WatchListener, isWatchLimit } from './watch-tree.js';

export class DirectoryWatch implements TreeWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #isFull = false;

  constructor(private readonly listener: WatchListener) {}

  get isReady(): boolean {
    return !this.#isFull;
  }

  /** The system may have watches again: the next full scan asks for those that are missing. */
  retry(): void {
    this.#isFull = false;
  }

  add(directory: string): void {
    if (this.#watchers.has(directory) || this.#isFull) return;
    try {
      const watcher = watch(directory, { encoding: 'utf8' }, (_event, name) =>
        this.listener.onHint(directory, name ?? undefined),
      );
      watcher.on('error', (cause) => this.#fail(directory, cause));
      this.#watchers.set(directory, watcher);
    } catch (cause) {
      this.#fail(directory, cause);
    }
  }

  remove(directory: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== directory && !path.startsWith(directory + sep)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #fail(directory: string, cause: unknown): void {
    const code = codeOf(cause);
    const message = reasonOf(cause);
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
    if (isWatchLimit(cause)) {
      this.#isFull = true;
      this.listener.onLimit(cause);
    } else if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') {
      this.listener.onDoubt(message);
    }
  }
}
