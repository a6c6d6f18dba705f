/** One unfinished file of several pieces: written by offset, synced in batches, resumed by hashing its bytes. */
import {
  close,
  closeSync,
  constants,
  fdatasync,
  fsync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { Buffers } from '@iwanto/bus';
import { pieceBytes } from '@iwanto/merkle';
import { Failure, PIECE_BYTES, pieceCount } from '@iwanto/wire';
import { type Attributes, setAttributes } from './attributes.js';
import { DiskPace } from './disk-pace.js';
import { type Run, dataRuns } from './holes.js';

const writeAt = promisify(write);
const readAt = promisify(read);
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);
const closeFile = promisify(close);

/** For pieces that are written in the background. */
const buffers = new Buffers(PIECE_BYTES);

const OPEN_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
/** `stat` counts allocated space in units of this many bytes. */
const BLOCK_BYTES = 512;

/** The state of the file when its pieces were last known to be on the disk. */
export interface PartIdentity {
  readonly inode: string;
  readonly ctimeNs: string;
}

export interface PartClaim extends PartIdentity {
  /** One bit per piece, the first piece in the lowest bit of the first byte. */
  readonly verified: Uint8Array;
}

export interface PartFileOptions {
  /** Called at each opening: the path of a file may go through a descriptor that changes. */
  readonly path: () => string;
  readonly size: number;
  readonly exec: boolean;
}

export class PartFile {
  readonly pieces: number;
  /** Whether something was written since the last claim. */
  dirty = false;
  readonly #verified: Uint8Array;
  readonly #pace = new DiskPace();
  /** Open only while the file is worked on: a directory may hold more files than a process may open. */
  #opened: number | undefined;
  /** Whether it was empty when it was first opened here. */
  #isFresh: boolean | undefined;
  /** The file stays open until the claim in progress is complete. */
  #claiming: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: PartFileOptions) {
    this.pieces = pieceCount(options.size);
    this.#verified = new Uint8Array(Math.ceil(this.pieces / 8));
  }

  /**
   * The pieces that are there: those of `claim` while the file is as it was then, otherwise those
   * whose bytes have the right digest. A journal is a hint, the bytes are the truth (HOSTILE 71, 72).
   */
  async resume(
    claim: PartClaim | undefined,
    isRight: (index: number, body: Uint8Array) => boolean,
  ): Promise<number[]> {
    const claimed = claim ? indexesIn(claim.verified, this.pieces) : [];
    const have = claim && this.#isAs(claim) ? claimed : await this.#check(claimed, isRight);
    for (const index of have) this.#mark(index);
    await this.close();
    return have;
  }

  /**
   * Written in the same turn while the disk takes it fast: that saves a copy and a thread's wake-up.
   * A disk that is slow gets a copy to write beside everything else. The bytes are the caller's again on return.
   */
  write(index: number, body: Uint8Array): Promise<void> | void {
    const offset = index * PIECE_BYTES;
    const written = this.#pace.isSlow
      ? this.#writeBeside(body, offset).then(() => this.#wrote(index))
      : this.#writeNow(body, offset);
    if (written) return written;
    this.#wrote(index);
  }

  #writeNow(body: Uint8Array, offset: number): void {
    const fd = this.#fd();
    this.#pace.time(() => {
      for (const { from, to } of this.#runsOf(body)) {
        let at = from;
        while (at < to) at += writeSync(fd, body, at, to - at, offset + at);
      }
    });
  }

  async #writeBeside(body: Uint8Array, offset: number): Promise<void> {
    const buffer = buffers.take();
    buffer.set(body);
    try {
      const fd = this.#fd();
      for (const { from, to } of this.#runsOf(body)) {
        let at = from;
        while (at < to) at += (await writeAt(fd, buffer, at, to - at, offset + at)).bytesWritten;
      }
    } finally {
      buffers.give(buffer);
    }
  }

  /** A file that was created empty already reads as zeros: holes stay holes. */
  #runsOf(body: Uint8Array): readonly Run[] {
    this.#fd();
    return this.#isFresh ? dataRuns(body) : [{ from: 0, to: body.length }];
  }

  #wrote(index: number): void {
    this.#mark(index);
    this.dirty = true;
  }

  /** Makes what is written durable and returns what that is: only then may it be recorded. */
  claim(): Promise<PartClaim> {
    const claim = this.#syncAndClaim();
    this.#claiming = claim.catch(() => undefined);
    return claim;
  }

  async #syncAndClaim(): Promise<PartClaim> {
    const verified = this.#verified.slice();
    this.dirty = false;
    await syncData(this.#fd());
    const stat = fstatSync(this.#fd(), { bigint: true });
    return { verified, inode: String(stat.ino), ctimeNs: String(stat.ctimeNs) };
  }

  /** The file is complete: durable, with its time and its mode. */
  async finish(attributes: Attributes): Promise<void> {
    setAttributes(this.#fd(), attributes);
    await syncAll(this.#fd());
    await this.close();
  }

  async close(): Promise<void> {
    await this.#claiming;
    const fd = this.#opened;
    this.#opened = undefined;
    if (fd !== undefined) await closeFile(fd);
  }

  #fd(): number {
    return (this.#opened ??= this.#open());
  }

  /** Throws what `open` throws, E_BAD_PATH if it is not an ordinary file. */
  #open(): number {
    const { path, size, exec } = this.options;
    const fd = openSync(path(), OPEN_FLAGS, exec ? 0o777 : 0o666);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.nlink !== 1) {
        throw new Failure(
          'E_BAD_PATH',
          `${path()} is in the way: it is not a regular, singly linked file.`,
        );
      }
      this.#isFresh ??= stat.size === 0;
      if (stat.size !== size) ftruncateSync(fd, size);
      return fd;
    } catch (cause) {
      closeSync(fd);
      throw cause;
    }
  }

  #mark(index: number): void {
    this.#verified[index >> 3] = (this.#verified[index >> 3] ?? 0) | (1 << (index & 7));
  }

  #isAs(claim: PartIdentity): boolean {
    const stat = fstatSync(this.#fd(), { bigint: true });
    return String(stat.ino) === claim.inode && String(stat.ctimeNs) === claim.ctimeNs;
  }

  /** Hashes claimed pieces first, then others, until all the space the file takes is accounted for. */
  async #check(
    claimed: readonly number[],
    isRight: (index: number, body: Uint8Array) => boolean,
  ): Promise<number[]> {
    const allocated = fstatSync(this.#fd()).blocks * BLOCK_BYTES;
    const have: number[] = [];
    const body = new Uint8Array(PIECE_BYTES);
    let right = 0;
    for (const index of inOrder(claimed, this.pieces)) {
      if (right >= allocated) break;
      const bytes = pieceBytes(this.options.size, index);
      const { bytesRead } = await readAt(this.#fd(), body, 0, bytes, index * PIECE_BYTES);
      if (bytesRead !== bytes || !isRight(index, body.subarray(0, bytes))) continue;
      have.push(index);
      right += bytes;
    }
    return have;
  }
}

function indexesIn(bits: Uint8Array, pieces: number): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < pieces; index += 1) {
    if (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) indexes.push(index);
  }
  return indexes;
}

function* inOrder(first: readonly number[], pieces: number): Generator<number> {
  yield* first;
  const done = new Set(first);
  for (let index = 0; index < pieces; index += 1) if (!done.has(index)) yield index;
}
