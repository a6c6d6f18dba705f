/** Judges and writes the pieces of one download, whichever of its files they belong to. */
import { closeSync, constants, lstatSync, openSync, readSync, writeSync } from 'node:fs';
import { type Blake3, digestAt, pieceBytes, verifyPiece } from '@iwanto/merkle';
import type { PieceAt } from '@iwanto/swarm';
import { Failure, PIECE_BYTES } from '@iwanto/wire';
import type { Wanted } from '../sources/source-line.js';
import { setAttributes, setNewAttributes } from './attributes.js';
import { diskFailure } from './disk.js';
import type { FolderTree } from './folder.js';
import { type PartClaim, PartFile } from './part-file.js';
import { type PlannedFile, pathIn } from './planned.js';
import type { PieceSink } from './piece-sink.js';
import { isContentOf } from './small-files.js';
import { type Unit, filesOf, slicesOf, wantedOf } from './units.js';

/** A small file is written again as a whole; never through a link. */
const WHOLE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whole files that may be open until they are durable, before the next piece has to wait: a disk may sync slower than bytes come. */
const FINISHING_MAX = 8;

/** One unit of the download, as it is written. */
interface Sunk {
  readonly unit: Unit;
  /** The digests of its pieces, checked against its root; none for what is one piece. */
  digests?: Uint8Array;
  part?: PartFile;
}

/** What may be recorded of an unfinished file, by its path inside the download. */
export interface PathClaim extends PartClaim {
  readonly path: string;
}

const pathOf = ({ folder, name }: PlannedFile) => pathIn(folder, name);

export interface TreeWriterOptions {
  readonly units: readonly Unit[];
  readonly folders: FolderTree;
  readonly blake3: Blake3;
  /** An earlier run left something. */
  readonly isResumed: boolean;
  /** How a user knows a path inside the download. */
  readonly shown: (path: string) => string;
  readonly onFailed: (cause: unknown) => void;
}

export class TreeWriter implements PieceSink {
  readonly #units: Sunk[];
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
    this.#units = options.units.map((unit) => ({ unit }));
  }

  /** True when a unit of one piece, or of none, is there already; its empty files then are in any case. */
  takeUpSmall(number: number): boolean {
    const { unit } = this.#sunk(number);
    const files = filesOf(unit);
    const missing = this.options.isResumed ? files.filter((file) => !this.#isThere(file)) : files;
    for (const file of missing) if (file.size === 0) this.#writeWhole(file, new Uint8Array());
    return missing.every(({ size }) => size === 0);
  }

  /** The pieces of a file of several that an earlier run left. */
  async takeUpLarge(number: number, digests: Uint8Array, claim?: PartClaim): Promise<number[]> {
    const sunk = this.#sunk(number);
    sunk.digests = digests;
    if (!this.options.isResumed) return [];
    const isRight = (index: number, body: Uint8Array) =>
      this.isRight({ file: number, index }, body);
    try {
      return await this.#partOf(sunk).resume(claim, isRight);
    } catch (cause) {
      throw this.#failure(cause, fileOf(sunk));
    }
  }

  wantedOf(at: PieceAt): Wanted {
    return wantedOf(this.#sunk(at.file).unit, at);
  }

  canJudge({ file }: PieceAt): boolean {
    const { unit, digests } = this.#sunk(file);
    return digests !== undefined || unit.bytes <= PIECE_BYTES;
  }

  isRight({ file, index }: PieceAt, body: Uint8Array): boolean {
    const { unit, digests } = this.#sunk(file);
    if (body.length !== pieceBytes(unit.bytes, index)) return false;
    if (digests) return verifyPiece(this.#blake3, digestAt(digests, index), body);
    return slicesOf(unit, body).every(([one, slice]) => isContentOf(this.#blake3, one, slice));
  }

  /** The bytes are the caller's again on return, whatever the promise still waits for. */
  write({ file, index }: PieceAt, body: Uint8Array): Promise<void> | void {
    const sunk = this.#sunk(file);
    const written = sunk.digests
      ? this.#writePart(sunk, index, body)
      : this.#writePack(sunk.unit, body);
    if (this.#finishing.size < FINISHING_MAX) return written;
    return Promise.all([written, Promise.race(this.#finishing)]).then(() => undefined);
  }

  #writePack(unit: Unit, body: Uint8Array): void {
    for (const [one, slice] of slicesOf(unit, body)) if (one.size > 0) this.#writeWhole(one, slice);
  }

  digestsOf(unit: number): Uint8Array | undefined {
    return this.#sunk(unit).digests;
  }

  unitWhole(number: number): void {
    const sunk = this.#sunk(number);
    this.filesWhole += filesOf(sunk.unit).length;
    if (!sunk.part) return;
    const file = fileOf(sunk);
    const finishing = sunk.part
      .finish(file)
      .catch((cause: unknown) => this.options.onFailed(this.#failure(cause, file)))
      .finally(() => this.#finishing.delete(finishing));
    delete sunk.part;
    this.#open.delete(sunk);
    this.#finishing.add(finishing);
  }

  /** Makes durable what was written since the last time, and returns what that is. */
  async claims(): Promise<PathClaim[]> {
    const dirty = [...this.#open].filter(({ part }) => part?.dirty);
    return Promise.all(
      dirty.map(async (sunk) => ({ path: pathOf(fileOf(sunk)), ...(await sunk.part!.claim()) })),
    );
  }

  /** Resolves when every complete file is durable. */
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

  #sunk(number: number): Sunk {
    return this.#units[number]!;
  }

  #writePart(sunk: Sunk, index: number, body: Uint8Array): Promise<void> | void {
    const fail = (cause: unknown): never => {
      throw this.#failure(cause, fileOf(sunk));
    };
    try {
      return this.#partOf(sunk).write(index, body)?.catch(fail);
    } catch (cause) {
      fail(cause);
    }
  }

  #partOf(sunk: Sunk): PartFile {
    const { folder, name, size, exec } = fileOf(sunk);
    if (this.#closed) throw new Failure('E_INTERRUPTED', 'The download was stopped.');
    sunk.part ??= new PartFile({ path: () => this.#folders.at(folder).at(name), size, exec });
    this.#open.add(sunk);
    return sunk.part;
  }

  #writeWhole(planned: PlannedFile, body: Uint8Array): void {
    try {
      const fd = openSync(this.#pathOf(planned), WHOLE_FLAGS, planned.exec ? 0o777 : 0o666);
      try {
        let written = 0;
        while (written < body.length) written += writeSync(fd, body, written);
        // What an earlier run left may have another mode; each look costs as much as the time that is set.
        if (this.options.isResumed) setAttributes(fd, planned);
        else setNewAttributes(fd, planned);
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw this.#failure(cause, planned);
    }
  }

  #pathOf({ folder, name }: PlannedFile): string {
    return this.#folders.at(folder).at(name);
  }

  /** Whether an earlier run left this small file whole. */
  #isThere(planned: PlannedFile): boolean {
    const path = this.#pathOf(planned);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size !== planned.size) return false;
    const body = new Uint8Array(planned.size);
    const fd = openSync(path, READ_FLAGS);
    try {
      if (readSync(fd, body) !== planned.size) return false;
      if (!isContentOf(this.#blake3, planned, body)) return false;
      setAttributes(fd, planned);
      return true;
    } finally {
      closeSync(fd);
    }
  }
}

/** The one file of a unit that is a file. */
function fileOf({ unit }: Sunk): PlannedFile {
  if (unit.kind === 'pack') throw new Error('a pack is not one file');
  return unit.file;
}
