/**
 * How one shared folder is watched: with chokidar if it is small, with a watch per directory if it is large,
 * otherwise by polling.
 */
import { type BigIntStats, lstatSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { keepsInodes } from '@iwanto/service';
import { codeOf } from '@iwanto/wire';
import { directoryIdentity } from './identity.js';
import { IGNORE_FILE } from './ignore-tree.js';
import { type Mount, networkMount } from './mounts.js';
import { networkMountOf } from './network-mount.js';
import { DirectoryWatch } from './watch-directories.js';
import { FileWatch } from './watch-files.js';
import { limitAdvice } from './watch-limit.js';
import type { TreeWatch, WatchListener } from './watch-tree.js';

/** Up to so many files a folder is watched with chokidar, above it with one watch per directory (docs/decisions.md). */
export const CHOKIDAR_FILES_MAX = 2_000;

export interface FolderWatchOptions {
  readonly diskPath: string;
  readonly ignores: (path: string, isDirectory: boolean) => boolean;
  readonly onHint: WatchListener['onHint'];
  /** The folder should be compared as a whole, soon. */
  readonly onDoubt: () => void;
  readonly onTrouble: (sentence: string) => void;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  #watch: { readonly kind: 'files' | 'directories'; readonly tree: TreeWatch } | undefined;
  /** Which directory was seen at each path: a watch follows the directory, not the path. */
  readonly #directories = new Map<string, string>();
  /** The watcher no longer matches the disk or the rules. */
  #isStale = false;
  #network = '';
  /** False if the whole folder is on a network file system. */
  #canWatch = true;
  #limit: { advice: string; state: 'hit' | 'trying' } | undefined;
  #closed = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /** Why the folder is polled, or an empty text. */
  get polling(): string {
    return this.#network || (this.#limit?.advice ?? '');
  }

  /** To be called before each look at everything: what kept the folder from being watched may be gone. */
  begin(mounts: readonly Mount[]): void {
    this.#noticeNetwork(mounts);
    if (this.#limit?.state === 'trying' && this.#watch?.tree.isReady) {
      this.#options.onTrouble(`Changes in ${this.#options.diskPath} are noticed again.`);
      this.#limit = undefined;
    } else if (this.#limit?.state === 'hit') {
      this.#limit.state = 'trying';
      if (this.#watch?.tree instanceof DirectoryWatch) this.#watch.tree.retry();
    }
  }

  /** Ensures that a folder of so many files has the right watcher; calls `onDoubt` if it has to be read again for that. */
  choose(files: number, when: 'before' | 'after'): void {
    if (this.#closed || !this.#canWatch || this.#limit?.state === 'hit') return;
    const kind = files <= CHOKIDAR_FILES_MAX ? 'files' : 'directories';
    if (this.#watch?.kind === 'directories' || this.#watch?.kind === kind) return;
    this.#start(kind);
    // Watches of directories are set while they are read: after that, only another look sets them.
    if (kind === 'directories' && when === 'after') this.#options.onDoubt();
  }

  /** A directory is about to be read. Another one than before in its place is watched again. */
  enter(directory: string): void {
    const identity = identityAt(directory);
    const known = this.#directories.get(directory);
    if (known !== undefined && known !== identity) {
      this.leave(directory);
      this.#isStale = true;
    }
    this.#directories.set(directory, identity);
    this.#watch?.tree.add(directory);
  }

  /** A directory is no longer shared, or no longer the same. */
  leave(directory: string): void {
    this.#watch?.tree.remove(directory);
    for (const path of this.#directories.keys()) {
      if (path === directory || path.startsWith(directory + sep)) this.#directories.delete(path);
    }
  }

  /** chokidar asks once what to leave out: under other rules it has to look again. */
  rulesChanged(): void {
    this.#isStale = true;
  }

  /** To be called after each look. chokidar cannot be given another directory under a path it knows: it starts again. */
  end(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    if (this.#watch?.kind === 'files' && !this.#closed) this.#start('files');
  }

  /** The folder itself is gone or is another one. */
  stop(): void {
    this.#watch?.tree.close();
    this.#watch = undefined;
    this.#directories.clear();
  }

  close(): void {
    this.#closed = true;
    this.stop();
  }

  #start(kind: 'files' | 'directories'): void {
    const { diskPath, ignores } = this.#options;
    this.#watch?.tree.close();
    this.#isStale = false;
    const listener = this.#listener(() => this.#watch?.tree === tree);
    const tree: TreeWatch =
      kind === 'directories'
        ? new DirectoryWatch(listener)
        : new FileWatch(
            diskPath,
            (path, isDirectory) => basename(path) !== IGNORE_FILE && ignores(path, isDirectory),
            listener,
          );
    this.#watch = { kind, tree };
  }

  #listener(isCurrent: () => boolean): WatchListener {
    return {
      onHint: this.#options.onHint,
      onDoubt: (why) => {
        if (!isCurrent()) return;
        if (why) this.#options.onTrouble(`Watching ${this.#options.diskPath}: ${why}.`);
        this.#options.onDoubt();
      },
      onLimit: (cause) => {
        if (isCurrent()) this.#hitLimit(cause);
      },
    };
  }

  /** Large folders keep the watches they have: the next attempt asks only for those that are missing. */
  #hitLimit(cause: unknown): void {
    const advice = `${this.#options.diskPath}: ${limitAdvice(cause)}`;
    if (this.#limit?.advice !== advice) this.#options.onTrouble(`${advice}.`);
    this.#limit = { advice, state: 'hit' };
    if (this.#watch?.kind !== 'files') return;
    this.#watch.tree.close();
    this.#watch = undefined;
  }

  #noticeNetwork(mounts: readonly Mount[]): void {
    const { diskPath, onTrouble } = this.#options;
    const below = networkMount(mounts);
    const own = networkMountOf(diskPath);
    const [type, where] = own ? [own, diskPath] : [below?.type, below?.path];
    const network = type
      ? `${where} is on a network file system (${type}), which does not report changes: the folder is polled every 30 s`
      : '';
    if (network && network !== this.#network) onTrouble(`${network}.`);
    this.#network = network;
    this.#canWatch = own === undefined;
    if (own) this.stop();
  }
}

function identityAt(directory: string): string {
  try {
    const stats: BigIntStats | undefined = lstatSync(directory, {
      bigint: true,
      throwIfNoEntry: false,
    });
    return stats ? directoryIdentity(stats, keepsInodes(directory)) : '';
  } catch (cause) {
    // What cannot be examined is reported when it is read.
    if (codeOf(cause) !== '') return '';
    throw cause;
  }
}
