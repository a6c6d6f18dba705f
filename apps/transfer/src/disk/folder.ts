/**
 * A directory held open, and paths below it that no swapped link can lead astray (HOSTILE 66):
 * on Linux a child is reached through the open descriptor, one component at a time, never followed.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure, codeOf } from '@iwanto/wire';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY;

/** Where a process finds its own descriptors as paths; undefined if the system has none. */
const DESCRIPTORS = existsSync('/proc/self/fd') ? '/proc/self/fd' : undefined;

export class Folder {
  #closed = false;

  private constructor(
    private readonly fd: number,
    /** For messages and for systems without descriptor paths. */
    readonly path: string,
  ) {}

  /** Opens a folder the user named; links in its path are the user's own. Throws what `open` throws. */
  static open(path: string): Folder {
    const real = realpathSync(path);
    return new Folder(openSync(real, DIRECTORY), real);
  }

  /** The path by which `name` in this very directory is reached, whatever happens to the path above it. */
  at(name: string): string {
    if (DESCRIPTORS !== undefined) return `${DESCRIPTORS}/${this.fd}/${name}`;
    const now = statSync(this.path);
    const held = fstatSync(this.fd);
    if (now.ino !== held.ino || now.dev !== held.dev) {
      throw new Failure('E_BAD_PATH', `${this.path} was replaced while it was being written to.`);
    }
    return join(this.path, name);
  }

  /** A directory in this one; a link instead is refused. */
  child(name: string): Folder {
    const fd = openSync(this.at(name), DIRECTORY | constants.O_NOFOLLOW);
    return new Folder(fd, join(this.path, name));
  }

  /** The same, made when it is not there yet. `mode` is subject to the umask. */
  madeChild(name: string, mode = 0o777): Folder {
    try {
      mkdirSync(this.at(name), mode);
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw cause;
    }
    return this.child(name);
  }

  /** Makes the names in this directory durable. */
  sync(): void {
    fsyncSync(this.fd);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
  }
}

/** Directories of one tree held open at the same time. */
const FOLDERS_MAX = 32;

/** The directories below a folder, opened step by step and kept open while they are in use. */
export class FolderTree {
  readonly #folders = new Map<string, Folder>();

  constructor(readonly top: Folder) {}

  /** The directory `path` (`/` separators, '' for the top); made with all above it when absent. */
  at(path: string): Folder {
    if (path === '') return this.top;
    const known = this.#folders.get(path);
    if (known) {
      this.#folders.delete(path);
      this.#folders.set(path, known);
      return known;
    }
    const cut = path.lastIndexOf('/');
    const folder = this.at(cut < 0 ? '' : path.slice(0, cut)).madeChild(path.slice(cut + 1));
    this.#folders.set(path, folder);
    this.#closeOldest();
    return folder;
  }

  close(): void {
    for (const folder of this.#folders.values()) folder.close();
    this.#folders.clear();
    this.top.close();
  }

  #closeOldest(): void {
    const oldest = this.#folders.entries().next();
    if (this.#folders.size <= FOLDERS_MAX || oldest.done) return;
    const [path, folder] = oldest.value;
    this.#folders.delete(path);
    folder.close();
  }
}
