/**
 * A hashing thread: reads files into one buffer of 1 MiB and answers with their roots and digests.
 * Small files are hashed as they come; a large one in slices, so that small ones pass it on the way.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import {
  type Blake3,
  DIGEST_BYTES,
  FileRootBuilder,
  loadBlake3,
  pieceBuffer,
} from '@iwanto/merkle';
import { PIECE_BYTES, pieceCount } from '@iwanto/wire';
import {
  type HashJob,
  type HashOrder,
  type HashRefusal,
  type HashReport,
  type HashResult,
  SLICE_BYTES,
} from './hash-words.js';
import { isAs } from '../disk/identity.js';

/** Pieces hashed before other orders are checked: some 10 ms of work. */
const SLICE_PIECES = SLICE_BYTES / PIECE_BYTES;
/** Hashing gives way to downloads: on Linux a thread has a priority of its own. */
const NICENESS = 10;

/** A symlink is refused, a FIFO does not wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const REFUSAL_OF_CODE: Readonly<Record<string, HashRefusal>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  ELOOP: 'irregular',
  ENXIO: 'irregular',
};

class Refused extends Error {
  constructor(
    readonly refusal: HashRefusal,
    reason: string,
  ) {
    super(reason);
  }
}

function resultOf(job: HashJob, cause: unknown): HashResult {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const refused =
    cause instanceof Refused ? cause.refusal : (REFUSAL_OF_CODE[code] ?? 'unreadable');
  return { id: job.id, refused, reason: message };
}

function refuseOther(job: HashJob, stats: BigIntStats): void {
  if (!stats.isFile()) throw new Refused('irregular', 'not a regular file');
  if (!isAs(stats, job.identity)) throw new Refused('changed', 'not as it was seen');
}

/** What a thread has once for all files. */
interface Tools {
  readonly blake3: Blake3;
  readonly buffer: Buffer;
}

/** One file being hashed. */
class OpenFile {
  readonly #builder: FileRootBuilder;
  readonly #fd: number;
  #pieces = 0;

  constructor(
    readonly job: HashJob,
    private readonly tools: Tools,
    private readonly digests: Uint8Array = new Uint8Array(pieceCount(job.size) * DIGEST_BYTES),
  ) {
    this.#builder = new FileRootBuilder(tools.blake3);
    this.#fd = openSync(job.path, OPEN_FLAGS);
    try {
      refuseOther(job, fstatSync(this.#fd, { bigint: true }));
    } catch (cause) {
      this.close();
      throw cause;
    }
  }

  /** Hashes at most `pieces` more; true when the end is reached. */
  go(pieces: number): boolean {
    const end = Math.min(this.#pieces + pieces, pieceCount(this.job.size));
    while (this.#pieces < end) this.#hashPiece();
    return this.#pieces === pieceCount(this.job.size);
  }

  finish(): HashResult {
    refuseOther(this.job, fstatSync(this.#fd, { bigint: true }));
    const root = this.#builder.finish(this.job.size);
    return { id: this.job.id, root, digests: this.digests };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #hashPiece(): void {
    const start = this.#pieces * PIECE_BYTES;
    const wanted = Math.min(PIECE_BYTES, this.job.size - start);
    let filled = 0;
    while (filled < wanted) {
      const read = readSync(this.#fd, this.tools.buffer, filled, wanted - filled, start + filled);
      if (read === 0) throw new Refused('changed', 'shorter than it was seen');
      filled += read;
    }
    const digest = this.tools.blake3.hash(this.tools.buffer.subarray(0, wanted));
    this.digests.set(digest, this.#pieces * DIGEST_BYTES);
    this.#builder.push(digest);
    this.#pieces += 1;
  }
}

/** The large files of this thread, one after the other, a slice at a time. */
class HashThread {
  readonly #tools: Tools;
  readonly #large: HashJob[] = [];
  #open: OpenFile | undefined;
  #sliceIsDue = false;

  constructor(
    blake3: Blake3,
    private readonly report: (report: HashReport) => void,
  ) {
    this.#tools = { blake3, buffer: pieceBuffer(PIECE_BYTES) };
  }

  obey(order: HashOrder): void {
    if (order.type === 'cancel') this.#cancel(order.id);
    else this.#hash(order.jobs);
  }

  #hash(jobs: readonly HashJob[]): void {
    this.#large.push(...jobs.filter(({ size }) => size > SLICE_BYTES));
    const small = jobs.filter(({ size }) => size <= SLICE_BYTES);
    if (small.length > 0) {
      // One array for all digests of a batch: a message with many arrays costs more than the hashing.
      const pieces = small.reduce((sum, { size }) => sum + pieceCount(size), 0);
      const digests = new Uint8Array(pieces * DIGEST_BYTES);
      let used = 0;
      const results = small.map((job) => {
        const from = used;
        used += pieceCount(job.size) * DIGEST_BYTES;
        return this.#hashWhole(job, digests.subarray(from, used));
      });
      this.report({ type: 'done', results });
    }
    this.#planSlice();
  }

  #hashWhole(job: HashJob, digests: Uint8Array): HashResult {
    try {
      const file = new OpenFile(job, this.#tools, digests);
      try {
        file.go(Infinity);
        return file.finish();
      } finally {
        file.close();
      }
    } catch (cause) {
      return resultOf(job, cause);
    }
  }

  #planSlice(): void {
    if (this.#sliceIsDue || (!this.#open && this.#large.length === 0)) return;
    this.#sliceIsDue = true;
    setImmediate(() => {
      this.#sliceIsDue = false;
      this.#slice();
      this.#planSlice();
    });
  }

  #slice(): void {
    const job = this.#open?.job ?? this.#large.shift();
    if (!job) return;
    try {
      this.#open ??= new OpenFile(job, this.#tools);
      const isWhole = this.#open.go(SLICE_PIECES);
      this.report({ type: 'progress', bytes: SLICE_BYTES });
      if (isWhole) this.#end(this.#open.finish());
    } catch (cause) {
      this.#end(resultOf(job, cause));
    }
  }

  #end(result: HashResult): void {
    this.#open?.close();
    this.#open = undefined;
    this.report({ type: 'done', results: [result] });
  }

  #cancel(id: number): void {
    const at = this.#large.findIndex((job) => job.id === id);
    if (at >= 0) this.#large.splice(at, 1);
    if (this.#open?.job.id === id) {
      this.#open.close();
      this.#open = undefined;
    }
  }
}

const port = parentPort;
if (!port) throw new Error('This file is a hashing thread and nothing else.');
// The thread's own priority: if the system has none for threads, that of the process stays as it is.
// An indexer that was started even lower stays there: raising the priority takes a privilege.
if (process.platform === 'linux') setPriority(0, Math.max(NICENESS, getPriority()));
const report = (words: HashReport) => port.postMessage(words);
const thread = new HashThread(await loadBlake3(), report);
port.on('message', (order: HashOrder) => thread.obey(order));
