/** Judges and writes the pieces of one download, whichever of its files they belong to. */
import { closeSync, constants, lstatSync, openSync, readSync, writeSync } from 'node:fs';
import {
  type Blake3,
  FileRootBuilder,
  digestAt,
  fileRoot,
  pieceBytes,
  pieceCount,
  verifyPiece,
} from '@iwanto/merkle';
import type { PieceAt } from '@iwanto/swarm';
import { Failure, type FileHash } from '@iwanto/wire';
import { setAttributes } from './attributes.js';
import { diskFailure } from './disk.js';
import type { FolderTree } from './folder.js';
import { type PartClaim, PartFile } from './part-file.js';
import { type PlannedFile, pathIn } from './planned.js';
import type { PieceSink } from './piece-sink.js';

/** A small file is written anew as a whole; never through a link. */
const WHOLE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** One file of the download. */
interface Sunk {
  readonly planned: PlannedFile;
  /** The digests of its pieces, checked against its root; none for a file of one piece. */
  readonly digests?: Uint8Array;
  part?: PartFile;
}

/** A file of several pieces, with those that an earlier run left. */
export interface Resumed {
  readonly sunk: Sunk;
  readonly have: readonly number[];
}

/** What may be recorded of a file under way, by its path inside the download. */
export interface PathClaim extends PartClaim {
  readonly path: string;
}

const pathOf = ({ folder, name }: PlannedFile) => pathIn(folder, name);

export interface TreeWriterOptions {
  readonly folders: FolderTree;
  readonly blake3: Blake3;
  /** An earlier run left something. */
  readonly isResumed: boolean;
  /** What a user calls a path inside the download. */
  readonly shown: (path: string) => string;
  readonly onFailed: (cause: unknown) => void;
}

export class TreeWriter implements PieceSink {
  readonly #files: Sunk[] = [];
  /** Files of several pieces that are worked on. */
  readonly #open = new Set<Sunk>();
  readonly #finishing = new Set<Promise<void>>();
  #closed = false;
  filesWhole = 0;

  readonly #folders: FolderTree;
  readonly #blake3: Blake3;

  constructor(private readonly options: TreeWriterOptions) {
    this.#folders = options.folders;
    this.#blake3 = options.blake3;
  }

  /** Adds an empty file or a file of one piece; true when it is there already. */
  addSmall(planned: PlannedFile): boolean {
    this.#files.push({ planned });
    if (this.options.isResumed && this.#isThere(planned)) return true;
    if (planned.size > 0) return false;
    this.#writeWhole(planned, new Uint8Array());
    return true;
  }

  /** Finds the pieces of a file that an earlier run left; `add` then gives it a number. */
  async resumeLarge(
    planned: PlannedFile,
    digests: Uint8Array,
    claim?: PartClaim,
  ): Promise<Resumed> {
    const sunk: Sunk = { planned, digests };
    if (!this.options.isResumed) return { sunk, have: [] };
    const isRight = (index: number, body: Uint8Array) => this.#isRightIn(sunk, index, body);
    try {
      return { sunk, have: await this.#partOf(sunk).resume(claim, isRight) };
    } catch (cause) {
      throw this.#failure(cause, planned);
    }
  }

  /** Files are numbered in the order in which they are added, small or large. */
  add({ sunk }: Resumed): void {
    this.#files.push(sunk);
  }

  rootOf(file: number): FileHash {
    return this.#sunk(file).planned.root;
  }

  isRight({ file, index }: PieceAt, body: Uint8Array): boolean {
    return this.#isRightIn(this.#sunk(file), index, body);
  }

  #isRightIn({ planned, digests }: Sunk, index: number, body: Uint8Array): boolean {
    if (body.length !== pieceBytes(planned.size, index)) return false;
    return digests
      ? verifyPiece(this.#blake3, digestAt(digests, index), body)
      : this.#isWhole(planned, body);
  }

  write({ file, index }: PieceAt, body: Uint8Array): Promise<void> | void {
    const sunk = this.#sunk(file);
    if (!sunk.digests) return this.#writeWhole(sunk.planned, body);
    return this.#writePart(sunk, index, body);
  }

  fileWhole(file: number): void {
    const sunk = this.#sunk(file);
    this.filesWhole += 1;
    if (!sunk.part) return;
    const finishing = sunk.part
      .finish(sunk.planned)
      .catch((cause: unknown) => this.options.onFailed(this.#failure(cause, sunk.planned)))
      .finally(() => this.#finishing.delete(finishing));
    delete sunk.part;
    this.#open.delete(sunk);
    this.#finishing.add(finishing);
  }

  /** Makes durable what was written since the last time, and says what that is. */
  async claims(): Promise<PathClaim[]> {
    const dirty = [...this.#open].filter(({ part }) => part?.dirty);
    return Promise.all(
      dirty.map(async ({ part, planned }) => ({ path: pathOf(planned), ...(await part!.claim()) })),
    );
  }

  /** Resolves when every whole file is durable. */
  async settled(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#finishing);
    await Promise.all([...this.#open].map(async ({ part }) => part?.close()));
    this.#open.clear();
    this.#folders.close();
  }

  #failure(cause: unknown, planned: PlannedFile): Failure {
    return diskFailure(cause, this.options.shown(pathOf(planned)));
  }

  #sunk(file: number): Sunk {
    return this.#files[file]!;
  }

  #writePart(sunk: Sunk, index: number, body: Uint8Array): Promise<void> | void {
    const fail = (cause: unknown): never => {
      throw this.#failure(cause, sunk.planned);
    };
    try {
      return this.#partOf(sunk).write(index, body)?.catch(fail);
    } catch (cause) {
      fail(cause);
    }
  }

  #partOf(sunk: Sunk): PartFile {
    const { folder, name, size, exec } = sunk.planned;
    if (this.#closed) throw new Failure('E_INTERRUPTED', 'The download was stopped.');
    sunk.part ??= new PartFile({ path: () => this.#folders.at(folder).at(name), size, exec });
    this.#open.add(sunk);
    return sunk.part;
  }

  #writeWhole(planned: PlannedFile, body: Uint8Array): void {
    const { folder, name, exec } = planned;
    try {
      const path = this.#folders.at(folder).at(name);
      const fd = openSync(path, WHOLE_FLAGS, exec ? 0o777 : 0o666);
      try {
        let written = 0;
        while (written < body.length) written += writeSync(fd, body, written);
        setAttributes(fd, planned);
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw this.#failure(cause, planned);
    }
  }

  /** Whether an earlier run left this small file whole. */
  #isThere(planned: PlannedFile): boolean {
    const path = this.#folders.at(planned.folder).at(planned.name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size !== planned.size) return false;
    const body = new Uint8Array(planned.size);
    const fd = openSync(path, READ_FLAGS);
    try {
      if (readSync(fd, body) !== planned.size || !this.#isWhole(planned, body)) return false;
      setAttributes(fd, planned);
      return true;
    } finally {
      closeSync(fd);
    }
  }

  #isWhole({ size, root }: PlannedFile, body: Uint8Array): boolean {
    if (pieceCount(size) === 0) return fileRoot(this.#blake3, 0, undefined) === root;
    const builder = new FileRootBuilder(this.#blake3);
    builder.push(this.#blake3.hash(body));
    return builder.finish(size) === root;
  }
}
