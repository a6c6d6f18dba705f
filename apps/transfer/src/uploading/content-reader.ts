/** Reads pieces of a content that this host fetched from its place on disk; nothing unverified is sent. */
import { close, constants, open, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Blake3, digestAt, pieceBytes, verifyDigests, verifyPiece } from '@iwanto/merkle';
import type { PieceAt } from '@iwanto/swarm';
import { Failure, type Kind, PIECE_BYTES, pieceCount } from '@iwanto/wire';
import type { PlannedFile } from '../disk/planned.js';
import { isContentOf, readWhole } from '../disk/small-files.js';
import { type Unit, filesOf, slicesOf } from '../disk/units.js';

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

  constructor(private readonly options: ContentReaderOptions) {}

  /** The bytes of a piece; undefined where they are not, or no longer, what the root names. */
  async read({ file, index }: PieceAt): Promise<Uint8Array | undefined> {
    const { units, blake3 } = this.options;
    const unit = units[file];
    if (!unit || index >= pieceCount(unit.bytes)) return undefined;
    if (pieceCount(unit.bytes) === 1) {
      const body = Buffer.concat(filesOf(unit).map((one) => readWhole(this.#pathOf(one))));
      const isRight = slicesOf(unit, body).every(([one, bytes]) => isContentOf(blake3, one, bytes));
      return isRight ? body : undefined;
    }
    const digests = await this.digests(file);
    const body = await this.#readPiece(unit, index);
    const digest = digestAt(digests, index);
    return verifyPiece(blake3, digest, body) ? body : undefined;
  }

  /** The digests of a file of several pieces, read from the file where nobody knows them. */
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
    for (let index = 0; index < pieces; index += 1) {
      const body = await this.#readPiece(unit, index);
      digests.set(this.options.blake3.hash(body), index * DIGEST_BYTES);
    }
    const [file] = filesOf(unit);
    if (!verifyDigests(this.options.blake3, file!, digests)) {
      throw new Failure('E_CHANGED', `${this.#pathOf(file!)} has changed.`);
    }
    return digests;
  }

  async #readPiece(unit: Unit, index: number): Promise<Uint8Array> {
    const [file] = filesOf(unit);
    const fd = await openFile(this.#pathOf(file!), READ_FLAGS);
    try {
      const body = Buffer.allocUnsafeSlow(pieceBytes(unit.bytes, index));
      const { bytesRead } = await readAt(fd, body, 0, body.length, index * PIECE_BYTES);
      return body.subarray(0, bytesRead);
    } finally {
      await closeFile(fd);
    }
  }

  #pathOf({ folder, name }: PlannedFile): string {
    const path = this.options.path();
    return this.options.kind === 'file' ? path : join(path, folder, name);
  }
}
