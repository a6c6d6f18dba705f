/**
 * The way of a changed path, each stage with what it takes, what it hands on, and what it waits for:
 *
 * | stage     | takes                | hands on                | waits                                                  |
 * | --------- | -------------------- | ----------------------- | ------------------------------------------------------ |
 * | 1 hint    | names from a watcher | directories, with names | for quiet of 20 ms, 250 ms at most                     |
 * | 2 look    | directories          | files to hash           | for the look before it, and for room                   |
 * | 3 settle  | files to hash        | files that rest         | for `settleMs`, longer if a file keeps moving       |
 * | 4 hash    | files that rest      | roots or refusals       | for a thread, small files first                        |
 * | 5 commit  | roots or refusals    | a revision              | for 50 ms or 1,000 results; the roots above it follow  |
 * | 6 publish | revisions            | events, announcements   | 25 ms on the bus (`service.ts`), 15 ms more to trackers (`tracking/announce.ts`) |
 *
 * A look commits by itself what needs no hashing: what is gone, renamed, a directory, a link. Looks at whole
 * folders begin at stage 2, without a hint. Stage 6 hears of each revision from the catalogue (`Catalogue.onChange`).
 */
import type { Indexing as IndexingState } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import type { Catalogue } from '../catalogue/catalogue.js';
import { DirectoryRoots } from '../catalogue/directory-roots.js';
import type { FolderOnDisk } from '../disk/folder-on-disk.js';
import type { WaitingFile } from '../disk/scan.js';
import { SLICE_BYTES } from '../hashing/hash-words.js';
import { Commits } from './commits.js';
import { Hashing } from './hashing.js';
import { Hints } from './hints.js';
import type { IndexLog } from './index-log.js';
import { Looks } from './looks.js';
import { Progress } from './progress.js';
import { Room } from './room.js';
import { RootRefresh } from './root-refresh.js';
import type { HashedFile } from './settled-file.js';
import { Settling } from './settling.js';

export interface PipeOptions {
  readonly catalogue: Catalogue;
  readonly blake3: Blake3;
  /** Hashing threads. */
  readonly threads: number;
  /** The built `hash-file.js`. */
  readonly script: URL;
  readonly settleMs: number;
  readonly log: IndexLog;
  /** The shared folder that a path on disk is in. */
  readonly folderOf: (path: string) => FolderOnDisk | undefined;
  /** Runs a change of the catalogue; false when it has to be tried again later. */
  readonly guard: (work: () => void) => boolean;
  /** So many hints arrived at the same time that some may be missing. */
  readonly onFlood: () => void;
  /** What `state` returns may have changed. */
  readonly onProgress: () => void;
  readonly onTrouble: (sentence: string) => void;
  /** A look failed. */
  readonly onFailure: (cause: unknown) => void;
}

const nowMs = () => performance.now();

export class Pipe {
  readonly #options: PipeOptions;
  readonly #hints: Hints;
  readonly #looks: Looks;
  readonly #settling: Settling<WaitingFile>;
  readonly #hashing: Hashing;
  readonly #commits: Commits;
  readonly #roots: RootRefresh;
  readonly #room = new Room(() => this.#settling.length + this.#hashing.length);
  readonly #progress = new Progress(nowMs);
  #closed = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { catalogue, blake3, guard, folderOf, onProgress } = options;
    this.#hints = new Hints({ ...options, onQuiet: (dirty) => this.#looks.add(dirty) });
    this.#looks = new Looks({
      ...options,
      onLooked: () => this.#looked(),
      onTrouble: options.onFailure,
    });
    this.#settling = new Settling<WaitingFile>({
      settleMs: options.settleMs,
      nowMs,
      dateMs: Date.now,
      look: (file) => folderOf(file.path)?.lookAt(file),
      onSettled: (file, moves) => this.#hashing.add({ ...file, moves }),
      onJudged: () => {
        this.#room.left();
        this.#roots.soon();
      },
    });
    this.#hashing = new Hashing({
      ...options,
      onHashed: (hashed) => this.#hashed(hashed),
      onBytes: (bytes) => {
        this.#progress.bytesDone(bytes);
        onProgress();
      },
    });
    this.#commits = new Commits({ catalogue, guard, onCommitted: () => this.#committed() });
    this.#roots = new RootRefresh({
      roots: new DirectoryRoots(catalogue, blake3, guard),
      waiting: () => this.#waitingDirectories(),
      isBusy: () => this.#hasFiles,
      onRefreshed: onProgress,
    });
  }

  /** Into stage 1: a name in a directory, or all of them, may have changed. */
  hint(directory: string, name: string | undefined): void {
    this.#hints.add(directory, name);
  }

  /** Into stage 2: a whole folder. Resolves when it was looked at. */
  lookThrough(folder: FolderOnDisk, full: boolean): Promise<void> {
    const looked = this.#looks.addFolder(folder, full);
    this.#options.onProgress();
    return looked;
  }

  /** Into stage 3: a look found a file that has to be hashed. */
  found(file: WaitingFile): void {
    if (this.#hashing.has(file)) return;
    this.#settling.add(file);
    this.#options.onProgress();
  }

  /** Into stage 5 again, after `guard` returned false. */
  commit(): void {
    if (!this.#closed) this.#commits.commit();
  }

  /** Resolves when more files may be added. */
  room(): Promise<void> {
    return this.#room.free();
  }

  /** Forgets what is no longer wanted: an unshared folder. */
  drop(isUnwanted: (file: WaitingFile) => boolean): void {
    this.#settling.drop(isUnwanted);
    this.#hashing.drop(isUnwanted);
    this.#commits.drop(isUnwanted);
    this.#room.left();
    this.#roots.soon();
  }

  state(): IndexingState {
    const isLooking = this.#looks.isBusy || !this.#hints.isEmpty;
    return this.#progress.state({
      files: this.#hashing.length,
      bytes: this.#hashing.bytes,
      active: isLooking || this.#hasFiles || this.#roots.isRunning,
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#hints.close();
    this.#settling.close();
    this.#commits.close();
    this.#roots.close();
    this.#room.close();
    await this.#hashing.close();
    await this.#looks.close();
  }

  /** Whether files are on their way into the catalogue, apart from those that never rest. */
  get #hasFiles(): boolean {
    return this.#hashing.length > 0 || !this.#commits.isEmpty || this.#settling.isAwaited;
  }

  #looked(): void {
    if (this.#closed) return;
    this.#roots.soon();
    this.#options.onProgress();
  }

  /** From stage 4: a root moves on, a file that changed goes back, one that vanished is left to the next look. */
  #hashed(hashed: readonly HashedFile[]): void {
    if (this.#closed) return;
    const toCommit: HashedFile[] = [];
    for (const one of hashed) {
      const { file, result } = one;
      if (file.size > SLICE_BYTES) this.#progress.partialEnded(file.size);
      if ('root' in result) {
        this.#progress.fileDone(file.size);
        toCommit.push(one);
      } else if (result.refused === 'changed') this.#settling.add(file, file.moves + 1);
      else if (result.refused === 'unreadable') {
        this.#options.folderOf(file.path)?.skip(file.path, result.reason);
        toCommit.push(one);
      }
    }
    const isLast = this.#hashing.length === 0;
    this.#commits.add(toCommit, isLast);
    if (isLast && this.#commits.isEmpty) this.#roots.soon();
    this.#room.left();
    this.#options.onProgress();
  }

  #committed(): void {
    if (!this.#hasFiles && !this.#roots.isRunning) this.#progress.rest();
    this.#roots.soon();
  }

  *#waitingDirectories(): Iterable<number> {
    yield* this.#hashing.directories();
    yield* this.#commits.directories();
    for (const { place } of this.#settling.waitedFor()) yield place.id;
  }
}
