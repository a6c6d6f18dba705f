/** Shared files held open for reading, so that a piece costs one read and not an open as well. */
import { close, closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Content, lookRegularly } from '@iwanto/bus';
import { setRecent } from '@iwanto/wire';
import { DiskPace } from '../disk/disk-pace.js';

const readBeside = promisify(read);

export type FileContent = Extract<Content, { kind: 'file' }>;

/** Files held open at the same time; small, because a host may allow few (HOSTILE 103). */
const FILES_MAX = 48;
/** A file nobody asked for is closed after this time, in ms: an open file keeps a deleted one on the disk. */
const IDLE_MS = 4_000;
/** Stands for the inode number if a file system does not keep it. */
const NO_INODE = '0';
/** Never follow a link that somebody put in place of the file; never wait for a FIFO's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface OpenFile {
  readonly fd: number;
  readonly content: FileContent;
  readonly pace: DiskPace;
  readers: number;
  usedMs: number;
}

/** True while the open file is the one that was hashed: same place, size and times. */
function isUnchanged(fd: number, content: FileContent): boolean {
  const stat = fstatSync(fd, { bigint: true });
  return (
    stat.isFile() &&
    stat.size === BigInt(content.size) &&
    String(stat.dev) === content.device &&
    (content.inode === NO_INODE || String(stat.ino) === content.inode) &&
    String(stat.mtimeNs) === content.mtimeNs &&
    String(stat.ctimeNs) === content.ctimeNs
  );
}

/**
 * What the kernel has in memory is read in the same turn: another thread costs two wake-ups, and leaves the bytes in
 * the caches of another core than the one that encrypts them. A disk that is slow is waited for elsewhere.
 */
async function bytesFrom({ fd, pace }: OpenFile, body: Uint8Array, offset: number) {
  if (pace.isSlow) return (await readBeside(fd, body, 0, body.length, offset)).bytesRead;
  return pace.time(() => readSync(fd, body, 0, body.length, offset));
}

const isSameVersion = (one: FileContent, other: FileContent) =>
  one.device === other.device && one.inode === other.inode && one.ctimeNs === other.ctimeNs;

export class OpenFiles {
  readonly #files = new Map<string, OpenFile>();
  readonly #stopSweeping: () => void;

  constructor(private readonly nowMs: () => number) {
    this.#stopSweeping = lookRegularly(() => this.#closeIdle(), IDLE_MS);
  }

  /**
   * Fills `body` from `offset` on. False if the file is not, or no longer, the one that was hashed: its identity is
   * compared after the read, so that no byte of a later version can pass. Throws what `open` throws.
   */
  async read(content: FileContent, body: Uint8Array, offset: number): Promise<boolean> {
    const file = this.#take(content);
    file.readers += 1;
    try {
      const bytesRead = await bytesFrom(file, body, offset);
      return bytesRead === body.length && isUnchanged(file.fd, content);
    } finally {
      file.readers -= 1;
      file.usedMs = this.nowMs();
      if (this.#files.get(content.path) !== file) this.#closeUnused(file);
    }
  }

  /** The next use opens the path again: it may be another file by now. */
  forget(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    this.#closeUnused(file);
  }

  closeAll(): void {
    this.#stopSweeping();
    for (const path of [...this.#files.keys()]) this.forget(path);
  }

  #take(content: FileContent): OpenFile {
    const known = this.#files.get(content.path);
    if (known && isSameVersion(known.content, content)) {
      setRecent(this.#files, [content.path, known], FILES_MAX);
      return known;
    }
    this.forget(content.path);
    const fd = openSync(content.path, READ_FLAGS);
    const file = { fd, content, pace: new DiskPace(), readers: 0, usedMs: this.nowMs() };
    const oldest = setRecent(this.#files, [content.path, file], FILES_MAX);
    if (oldest) this.#closeUnused(oldest[1]);
    return file;
  }

  #closeUnused(file: OpenFile): void {
    if (file.readers === 0) closeSync(file.fd);
  }

  #closeIdle(): void {
    const beforeMs = this.nowMs() - IDLE_MS;
    for (const [path, file] of this.#files) {
      if (file.readers > 0 || file.usedMs > beforeMs) continue;
      this.#files.delete(path);
      close(file.fd);
    }
  }
}
