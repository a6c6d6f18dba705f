/** Shared files held open for reading, so that a piece costs one read and not an open as well. */
import { close, closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Content } from '@iwanto/bus';
import { setRecent } from '@iwanto/wire';

export type FileContent = Extract<Content, { kind: 'file' }>;

/** Files held open at the same time; small, because a host may allow few (HOSTILE 103). */
const FILES_MAX = 48;
/** A file nobody asked for is closed after this time, in ms: an open file keeps a deleted one on the disk. */
const IDLE_MS = 5_000;
/** Stands for the inode number where a file system does not keep it. */
const NO_INODE = '0';
/** Never follow a link that somebody put in place of the file; never wait for a FIFO's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

interface OpenFile {
  readonly fd: number;
  readonly content: FileContent;
  readers: number;
  usedMs: number;
}

/** True while the open file is the one that was hashed: same place, size and times. */
export function isUnchanged(fd: number, content: FileContent): boolean {
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

const isSameVersion = (one: FileContent, other: FileContent) =>
  one.device === other.device && one.inode === other.inode && one.ctimeNs === other.ctimeNs;

export class OpenFiles {
  readonly #files = new Map<string, OpenFile>();
  readonly #sweep: NodeJS.Timeout;

  constructor(private readonly nowMs: () => number) {
    this.#sweep = setInterval(() => this.#closeIdle(), IDLE_MS);
    this.#sweep.unref();
  }

  /** Calls `use` with an open descriptor. Throws what `open` throws. */
  async with<T>(content: FileContent, use: (fd: number) => Promise<T>): Promise<T> {
    const file = this.#take(content);
    file.readers += 1;
    try {
      return await use(file.fd);
    } finally {
      file.readers -= 1;
      file.usedMs = this.nowMs();
      if (this.#files.get(content.path) !== file) this.#closeUnused(file);
    }
  }

  /** The next use opens the path again: what stands there now may be another file. */
  forget(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    this.#closeUnused(file);
  }

  closeAll(): void {
    clearInterval(this.#sweep);
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
    const file = { fd, content, readers: 0, usedMs: this.nowMs() };
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
