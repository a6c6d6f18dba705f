/** Which files are hashed, in which order, by how many threads: small files first, never delayed by large ones. */
import { Worker } from 'node:worker_threads';
import { reasonOf } from '@iwanto/wire';
import {
  type HashJob,
  type HashOrder,
  type HashReport,
  type HashResult,
  SLICE_BYTES,
} from './hash-words.js';
import type { FileIdentity } from '../disk/identity.js';
import { SizeHeap } from './size-heap.js';

/** A message to a thread carries at most this many files, and no more bytes than this besides the first. */
const BATCH_FILES = 64;
const BATCH_BYTES = 8_388_608;
/** Batches of small files a thread has at a time: one in work, one waiting, so that it never idles. */
const SMALL_BATCHES_MAX = 2;
/** Large files a thread has at a time: small ones pass it between two slices. */
const LARGE_BATCHES_MAX = 1;

/** A thread that died is replaced after this time, so that one that keeps dying does not use up everything, in ms. */
const RESTART_WAIT_MS = 1_000;

/** Threads that were idle for this long end: each holds some 10 MB, and there may be as many as cores. In ms. */
const REST_MS = 60_000;

/** What a thread hashes is outside its heap: the default young generation, 16 MiB and more, would never be needed. */
const YOUNG_HEAP_MB = 4;

export interface HashRequest {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly size: number;
}

export interface HashQueueOptions<Request extends HashRequest> {
  /** How many threads: cores - 1, at least 1. */
  readonly threads: number;
  /** After how long without work the threads end. */
  readonly restMs?: number;
  /** The built `hash-file.js`. */
  readonly script: URL;
  readonly onResults: (results: { request: Request; result: HashResult }[]) => void;
  readonly onProgress: (bytes: number) => void;
  readonly onTrouble: (sentence: string) => void;
}

interface Batch {
  readonly ids: Set<number>;
  readonly isLarge: boolean;
}

interface Thread {
  readonly worker: Worker;
  batches: Batch[];
}

export class HashQueue<Request extends HashRequest> {
  readonly #options: HashQueueOptions<Request>;
  readonly #threads: Thread[] = [];
  readonly #waiting = new SizeHeap<Request>();
  readonly #inWork = new Map<number, Request>();
  /** Places of threads that died; each is free again after a while. */
  readonly #restarts = new Set<NodeJS.Timeout>();
  #rest: NodeJS.Timeout | undefined;
  #nextId = 0;
  #closed = false;

  constructor(options: HashQueueOptions<Request>) {
    this.#options = options;
  }

  /** Threads that live now: none before the first file, and none a while after the last. */
  get threads(): number {
    return this.#threads.length;
  }

  /** Files waiting or in work. */
  get length(): number {
    return this.#waiting.length + this.#inWork.size;
  }

  push(request: Request): void {
    this.#waiting.push(request);
    this.#feed();
  }

  /** Forgets every file that `isUnwanted`; no result comes for it. */
  cancel(isUnwanted: (request: Request) => boolean): Request[] {
    const dropped = this.#waiting.remove(isUnwanted);
    for (const [id, request] of this.#inWork) {
      if (!isUnwanted(request)) continue;
      this.#inWork.delete(id);
      dropped.push(request);
      for (const thread of this.#threads) this.#leave(thread, id);
    }
    this.#feed();
    return dropped;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#rest);
    this.#restarts.forEach(clearTimeout);
    await this.#endThreads();
  }

  async #endThreads(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  /** Starts the idle timer once nothing is left to do; until it fires, new files find the threads still running. */
  #restWhenDone(): void {
    clearTimeout(this.#rest);
    if (this.length > 0 || this.#closed) return;
    this.#rest = setTimeout(() => void this.#endThreads(), this.#options.restMs ?? REST_MS);
  }

  #startThread(): Thread {
    // The flags of the process are not meant for threads, and some keep a thread from starting.
    const worker = new Worker(this.#options.script, {
      ...{ name: 'iwanto-hash', execArgv: [] },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    const thread = { worker, batches: [] };
    this.#threads.push(thread);
    worker.on('message', (report: HashReport) => this.#hear(thread, report));
    worker.on('error', (cause) => this.#replace(thread, reasonOf(cause)));
    return thread;
  }

  /** A thread died: its files go back to the queue and another thread takes its place. */
  #replace(thread: Thread, why: string): void {
    if (this.#closed || !this.#threads.includes(thread)) return;
    this.#options.onTrouble(`A hashing thread died and is replaced: ${why}`);
    for (const id of thread.batches.flatMap(({ ids }) => [...ids])) {
      const request = this.#inWork.get(id);
      this.#inWork.delete(id);
      if (request) this.#waiting.push(request);
    }
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      this.#feed();
    }, RESTART_WAIT_MS);
    this.#restarts.add(restart);
  }

  #hear(thread: Thread, report: HashReport): void {
    if (report.type === 'progress') this.#options.onProgress(report.bytes);
    else this.#take(thread, report.results);
  }

  #take(thread: Thread, results: readonly HashResult[]): void {
    const taken = results.flatMap((result) => {
      const request = this.#inWork.get(result.id);
      this.#inWork.delete(result.id);
      this.#settle(thread, result.id);
      return request ? [{ request, result }] : [];
    });
    this.#feed();
    if (taken.length > 0) this.#options.onResults(taken);
  }

  #leave(thread: Thread, id: number): void {
    if (!thread.batches.some(({ ids }) => ids.has(id))) return;
    this.#settle(thread, id);
    this.#order(thread, { type: 'cancel', id });
  }

  #settle(thread: Thread, id: number): void {
    for (const { ids } of thread.batches) ids.delete(id);
    thread.batches = thread.batches.filter(({ ids }) => ids.size > 0);
  }

  #feed(): void {
    if (this.#closed) return;
    for (;;) {
      const next = this.#waiting.peek();
      const thread = next && this.#threadFor(next.size > SLICE_BYTES);
      if (!thread) return this.#restWhenDone();
      const jobs = this.#nextBatch();
      const isLarge = jobs.some(({ size }) => size > SLICE_BYTES);
      thread.batches.push({ ids: new Set(jobs.map(({ id }) => id)), isLarge });
      this.#order(thread, { type: 'hash', jobs });
    }
  }

  /** An idle thread, a new one if there is none, or the one with the least to do that may have one more batch. */
  #threadFor(isLarge: boolean): Thread | undefined {
    const most = isLarge ? LARGE_BATCHES_MAX : SMALL_BATCHES_MAX;
    const load = ({ batches }: Thread) =>
      batches.filter((batch) => batch.isLarge === isLarge).length;
    const [least] = this.#threads
      .filter((thread) => load(thread) < most)
      .sort((one, other) => load(one) - load(other));
    const isRoom = this.#threads.length + this.#restarts.size < this.#options.threads;
    return isRoom && (!least || load(least) > 0) ? this.#startThread() : least;
  }

  #nextBatch(): HashJob[] {
    const jobs: HashJob[] = [];
    let bytes = 0;
    while (jobs.length < BATCH_FILES) {
      const next = this.#waiting.peek();
      if (!next || (jobs.length > 0 && bytes + next.size > BATCH_BYTES)) break;
      const request = this.#waiting.pop()!;
      this.#nextId += 1;
      this.#inWork.set(this.#nextId, request);
      const { path, identity, size } = request;
      jobs.push({ id: this.#nextId, path, identity, size });
      bytes += size;
    }
    return jobs;
  }

  #order(thread: Thread, order: HashOrder): void {
    thread.worker.postMessage(order);
  }
}
