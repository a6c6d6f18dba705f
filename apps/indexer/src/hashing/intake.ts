/** From a file that changed to a revision of the catalogue: settle, hash, commit, refresh the roots above. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Indexing as IndexingState } from '@iwanto/bus';
import { type Blake3, rootBytes } from '@iwanto/merkle';
import type { Catalogue } from '../catalogue/catalogue.js';
import { factsOf } from '../disk/compare.js';
import { DirectoryRoots } from '../catalogue/directory-roots.js';
import { HashQueue } from './hash-queue.js';
import { type HashResult, SLICE_BYTES } from './hash-words.js';
import { Progress } from './progress.js';
import type { WaitingFile } from '../disk/scan.js';
import { Settling } from './settling.js';

/** Results are committed when there are so many, when nothing else is left to hash, or after this time. */
const COMMIT_FILES = 1_000;
const COMMIT_WAIT_MS = 50;
/** While hashing goes on, roots of finished directories are refreshed so often, and never most of the time. */
const REFRESH_INTERVAL_MS = 2_000;
const REFRESH_SHARE = 20;
/** A file whose last change is older than this when it is first seen need not prove that it is still. */
const STILL_FOR_MS = 10_000;
/** Files known to wait before a scan pauses: it bounds the memory. */
const ROOM_FILES = 10_000;

type Request = WaitingFile & { readonly moves: number };

export interface IntakeOptions {
  readonly catalogue: Catalogue;
  readonly blake3: Blake3;
  readonly threads: number;
  readonly script: URL;
  readonly settleMs: number;
  /** How a file is now; undefined when it is gone or no longer shared. */
  readonly look: (file: WaitingFile) => WaitingFile | undefined;
  /** Runs a change of the catalogue; false when it has to be tried again later. */
  readonly guard: (work: () => void) => boolean;
  readonly onSkip: (path: string, why: string) => void;
  readonly onTrouble: (sentence: string) => void;
  /** Files came or went: what `state` tells is new. */
  readonly onProgress: () => void;
}

const nowMs = () => performance.now();

export class Intake {
  readonly #options: IntakeOptions;
  readonly #queue: HashQueue<Request>;
  readonly #settling: Settling<WaitingFile>;
  readonly #progress = new Progress(nowMs);
  readonly #roots: DirectoryRoots;
  /** Paths that wait for a thread or are hashed now, with the identity they had. */
  readonly #queued = new Map<string, Request>();
  #bytesQueued = 0;
  #results: { request: Request; result: HashResult }[] = [];
  #commitTimer: NodeJS.Timeout | undefined;
  #refreshing = false;
  #refreshAgain = false;
  #nextRefreshMs = 0;
  #closed = false;
  #roomWaiters: (() => void)[] = [];

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#roots = new DirectoryRoots(options.catalogue, options.blake3, options.guard);
    this.#queue = new HashQueue<Request>({
      threads: options.threads,
      script: options.script,
      onResults: (results) => this.#take(results),
      onProgress: (bytes) => {
        this.#progress.bytesDone(bytes);
        options.onProgress();
      },
      onTrouble: options.onTrouble,
    });
    this.#settling = new Settling<WaitingFile>({
      settleMs: options.settleMs,
      nowMs,
      look: options.look,
      onSettled: (file, moves) => this.#enqueue({ ...file, moves }),
      onJudged: () => this.refreshSoon(),
    });
  }

  /** Which BLAKE3 the threads use. */
  get blake3(): string {
    return this.#queue.blake3;
  }

  /** Whether anything is on its way into the catalogue, apart from files that never rest. */
  get isBusy(): boolean {
    return this.#isHashing || this.#refreshing || this.#isSettling;
  }

  get #isSettling(): boolean {
    return !this.#settling.waitedFor()[Symbol.iterator]().next().done;
  }

  get #isHashing(): boolean {
    return this.#queued.size > 0 || this.#results.length > 0;
  }

  state(active: boolean): IndexingState {
    return this.#progress.state({
      files: this.#queued.size,
      bytes: this.#bytesQueued,
      active: active || this.isBusy,
    });
  }

  add(file: WaitingFile): void {
    if (this.#queued.get(file.path)?.identity === file.identity) return;
    const age = Date.now() - file.ctimeMs;
    if (age > STILL_FOR_MS && !this.#settling.has(file.path)) this.#enqueue({ ...file, moves: 0 });
    else this.#settling.add(file);
    this.#options.onProgress();
  }

  /** Resolves when there is room for more files. */
  async room(): Promise<void> {
    while (!this.#closed && this.#queued.size + this.#settling.length > ROOM_FILES) {
      await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
    }
  }

  /** Forgets what is no longer wanted: an unshared folder, a directory that went. */
  drop(isUnwanted: (file: WaitingFile) => boolean): void {
    this.#settling.drop(isUnwanted);
    for (const request of this.#queue.cancel(isUnwanted)) this.#dequeue(request);
    this.#results = this.#results.filter(({ request }) => !isUnwanted(request));
    this.refreshSoon();
  }

  /** Brings directory roots in step as far as their files are in. */
  refreshSoon(): void {
    this.#refreshAgain = true;
    if (this.#refreshing || this.#closed) return;
    if (this.isBusy && nowMs() < this.#nextRefreshMs) return;
    this.#refreshing = true;
    void this.#refresh().finally(() => {
      this.#refreshing = false;
      // Asked for meanwhile: first go on, then tell, so that nobody sees a rest that is none.
      if (this.#refreshAgain && !this.isBusy) this.refreshSoon();
      this.#options.onProgress();
    });
  }

  /** Commits what is hashed; to be called again after a `guard` that said no. */
  commit(): void {
    clearTimeout(this.#commitTimer);
    this.#commitTimer = undefined;
    if (this.#closed || this.#results.length === 0) return;
    const results = this.#results;
    const done = this.#options.guard(() => this.#write(results));
    if (!done) return;
    this.#results = [];
    if (!this.isBusy) this.#progress.rest();
    this.refreshSoon();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#commitTimer);
    this.#settling.close();
    this.#letIn();
    await this.#queue.close();
  }

  #enqueue(request: Request): void {
    const before = this.#queued.get(request.path);
    if (before?.identity === request.identity) return;
    if (before) for (const one of this.#queue.cancel((it) => it === before)) this.#dequeue(one);
    this.#queued.set(request.path, request);
    this.#bytesQueued += request.size;
    this.#queue.push(request);
  }

  #dequeue(request: Request): void {
    if (this.#queued.get(request.path) === request) this.#queued.delete(request.path);
    this.#bytesQueued -= request.size;
    this.#letIn();
  }

  #letIn(): void {
    if (this.#queued.size + this.#settling.length > ROOM_FILES / 2 && !this.#closed) return;
    for (const letIn of this.#roomWaiters.splice(0)) letIn();
  }

  #take(results: { request: Request; result: HashResult }[]): void {
    for (const one of results) {
      const { request, result } = one;
      this.#dequeue(request);
      if (request.size > SLICE_BYTES) this.#progress.partialEnded(request.size);
      if ('root' in result) {
        this.#progress.fileDone(request.size);
        this.#results.push(one);
      } else if (result.refused === 'changed') this.#settling.add(request, request.moves + 1);
      else if (result.refused === 'unreadable') {
        this.#options.onSkip(request.path, result.reason);
        this.#results.push(one);
      }
    }
    this.#options.onProgress();
    if (this.#results.length >= COMMIT_FILES || this.#queued.size === 0) this.#finishBatch();
    else this.#commitTimer ??= setTimeout(() => this.commit(), COMMIT_WAIT_MS);
  }

  #finishBatch(): void {
    this.commit();
    if (this.#results.length === 0) this.refreshSoon();
  }

  #write(results: readonly { request: Request; result: HashResult }[]): void {
    this.#options.catalogue.change((writer) => {
      for (const { request, result } of results) {
        if (!writer.isLive(request.place)) continue;
        // What can no longer be read cannot be sent either.
        if (!('root' in result)) {
          writer.buryChild(request.place, request.name);
          continue;
        }
        const root = rootBytes(result.root);
        const { size } = request;
        writer.put(request.place, factsOf(request, root));
        writer.keepContent(root, size, result.digests);
      }
    });
  }

  async #refresh(): Promise<void> {
    const startMs = nowMs();
    this.#refreshAgain = false;
    for (let more = true; more && !this.#closed;) {
      more = await this.#roots.refresh(this.#waitingDirectories());
      await nextTurn();
    }
    const tookMs = nowMs() - startMs;
    this.#nextRefreshMs = nowMs() + Math.max(REFRESH_INTERVAL_MS, tookMs * REFRESH_SHARE);
  }

  *#waitingDirectories(): Iterable<number> {
    for (const { place } of this.#queued.values()) yield place.id;
    for (const { request } of this.#results) yield request.place.id;
    for (const { place } of this.#settling.waitedFor()) yield place.id;
  }
}
