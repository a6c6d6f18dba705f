/** Reads pieces of a content that this host fetched from its place on disk; nothing unverified is sent. */
import { close, closeSync, constants, open, openSync, read, readSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OutgoingFrame } from '@iwanto/bus';
import { type Blake3, digestAt, pieceBytes, verifyDigests, verifyPiece } from '@iwanto/merkle';
import type { PieceAt } from '@iwanto/swarm';
import { Failure, type Kind, PIECE_BYTES, pieceCount } from '@iwanto/wire';
import { DiskPace } from '../disk/disk-pace.js';
import type { PlannedFile } from '../disk/planned.js';
import { isContentOf, readInto } from '../disk/small-files.js';
import { type Unit, slicesOf } from '../disk/units.js';

const openFile = promisify(open);
const closeFile = promisify(close);
const readAt = promisify(read);

/** Never through a link; never waiting for a FIFO's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const DIGEST_BYTES = 32;

export interface ContentReaderOptions {
  readonly kind: Kind;
  /** Where the file, or the directory, is at the moment. */
  readonly path: () => string;
  readonly units: readonly Unit[];
  readonly blake3: Blake3;
  /** Digests known already, by unit. */
  readonly digestsOf: (unit: number) => Uint8Array | undefined;
}

export class ContentReader {
  readonly #digests = new Map<number, Promise<Uint8Array>>();
  readonly #pace = new DiskPace();

  constructor(private readonly options: ContentReaderOptions) {}

  /** A piece in its frame; undefined if its bytes are not, or no longer, what the root names. */
  async read({ file, index }: PieceAt): Promise<OutgoingFrame | undefined> {
    const unit = this.options.units[file];
    if (!unit || index >= pieceCount(unit.bytes)) return undefined;
    const digests = pieceCount(unit.bytes) > 1 ? await this.digests(file) : undefined;
    const frame = new OutgoingFrame(pieceBytes(unit.bytes, index));
    let isRight = false;
    try {
      isRight = digests
        ? await this.#fillPiece(unit, index, { digest: digestAt(digests, index), frame })
        : this.#fillPack(unit, frame.body);
    } finally {
      if (!isRight) frame.release();
    }
    return isRight ? frame : undefined;
  }

  /** As OpenFiles does it: in the same turn, unless the disk has to be waited for. */
  async #fillPiece(
    unit: Unit,
    index: number,
    { digest, frame: { body } }: { readonly digest: Uint8Array; readonly frame: OutgoingFrame },
  ): Promise<boolean> {
    const bytesRead = this.#pace.isSlow
      ? await this.#readBeside(unit, index, body)
      : this.#pace.time(() => this.#readNow(unit, index, body));
    return bytesRead === body.length && verifyPiece(this.options.blake3, digest, body);
  }

  #fillPack(unit: Unit, body: Uint8Array): boolean {
    return slicesOf(unit, body).every(([one, place]) => {
      const isWhole = place.length === 0 || readInto(this.#pathOf(one), place) === place.length;
      return isWhole && isContentOf(this.options.blake3, one, place);
    });
  }

  /** The digests of a file of several pieces, read from the file if nobody knows them. */
  digests(number: number): Promise<Uint8Array> {
    const known = this.options.digestsOf(number);
    if (known) return Promise.resolve(known);
    const hashing = this.#digests.get(number) ?? this.#hash(this.options.units[number]!);
    this.#digests.set(number, hashing);
    hashing.catch(() => this.#digests.delete(number));
    return hashing;
  }

  async #hash(unit: Unit): Promise<Uint8Array> {
    const pieces = pieceCount(unit.bytes);
    const digests = new Uint8Array(pieces * DIGEST_BYTES);
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let index = 0; index < pieces; index += 1) {
      // Never in the same turn: everything else would wait for the whole file.
      const body = piece.subarray(0, pieceBytes(unit.bytes, index));
      const bytesRead = await this.#readBeside(unit, index, body);
      digests.set(this.options.blake3.hash(body.subarray(0, bytesRead)), index * DIGEST_BYTES);
    }
    const file = fileOf(unit);
    if (!verifyDigests(this.options.blake3, file, digests)) {
      throw new Failure('E_CHANGED', `${this.#pathOf(file)} has changed.`);
    }
    return digests;
  }

  #readNow(unit: Unit, index: number, body: Uint8Array): number {
    const fd = openSync(this.#pathOf(fileOf(unit)), READ_FLAGS);
    try {
      return readSync(fd, body, 0, body.length, index * PIECE_BYTES);
    } finally {
      closeSync(fd);
    }
  }

  async #readBeside(unit: Unit, index: number, body: Uint8Array): Promise<number> {
    const fd = await openFile(this.#pathOf(fileOf(unit)), READ_FLAGS);
    try {
      return (await readAt(fd, body, 0, body.length, index * PIECE_BYTES)).bytesRead;
    } finally {
      await closeFile(fd);
    }
  }

  #pathOf({ folder, name }: PlannedFile): string {
    const path = this.options.path();
    return this.options.kind === 'file' ? path : join(path, folder, name);
  }
}

/** The one file of a unit of several pieces. */
function fileOf(unit: Unit): PlannedFile {
  if (unit.kind === 'pack') throw new Error('a pack is one piece');
  return unit.file;
}
