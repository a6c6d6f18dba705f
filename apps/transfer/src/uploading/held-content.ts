/** A content that this host fetches or has fetched, as others may ask for it. */
import type { OutgoingFrame, PieceReply } from '@iwanto/bus';
import type { PieceAt } from '@iwanto/swarm';
import {
  type FileHash,
  type Kind,
  PIECE_BYTES,
  type PieceRequest,
  type Refusal,
  pieceCount,
} from '@iwanto/wire';
import type { Unit } from '../disk/units.js';
import type { HaveLog } from './have-log.js';

const DIGEST_BYTES = 32;

const refused = (reason: Refusal): PieceReply => ({ type: 'refused', reason });

/** What is announced about it. */
export interface HeldAs {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
}

export interface HeldContentOptions {
  readonly as: HeldAs;
  readonly units: readonly Unit[];
  /** The manifests of its directories, by root. */
  readonly manifests: ReadonlyMap<FileHash, Uint8Array>;
  readonly reader: {
    read(at: PieceAt): Promise<OutgoingFrame | undefined>;
    digests(unit: number): Promise<Uint8Array>;
  };
  /** The pieces that are there; undefined: all of them. */
  readonly log: HaveLog | undefined;
}

export class HeldContent {
  readonly #unitOf = new Map<string, number>();
  /** The number of the first piece of each unit. */
  readonly #starts: number[] = [];

  constructor(private readonly options: HeldContentOptions) {
    let pieces = 0;
    options.units.forEach((unit, number) => {
      this.#starts.push(pieces);
      pieces += pieceCount(unit.bytes);
      this.#unitOf.set(keyOf(unit), number);
    });
  }

  get as(): HeldAs {
    return this.options.as;
  }

  get log(): HaveLog | undefined {
    return this.options.log;
  }

  /** Everything in it that others may request: itself, its directories, its files that are requested on their own. */
  *roots(): Generator<FileHash> {
    yield this.options.as.root;
    yield* this.options.manifests.keys();
    for (const unit of this.options.units) if (unit.kind === 'file') yield unit.file.root;
  }

  async give({ ask, root, first, count }: PieceRequest): Promise<PieceReply> {
    if (ask === 'manifest') return this.#giveManifest(root, first);
    const number = this.#unitOf.get(ask === 'pack' ? `${root} ${first} ${count}` : root);
    if (number === undefined) return refused('notFound');
    if (ask === 'digests') return this.#giveDigests(number, first, count);
    return this.#givePiece({ file: number, index: ask === 'pack' ? 0 : first });
  }

  #giveManifest(root: FileHash, part: number): PieceReply {
    const manifest = this.options.manifests.get(root);
    if (!manifest) return refused('notFound');
    const from = part * PIECE_BYTES;
    if (from > manifest.length) return refused('range');
    return { type: 'data', body: manifest.subarray(from, from + PIECE_BYTES) };
  }

  async #giveDigests(number: number, first: number, count: number): Promise<PieceReply> {
    // For an unfinished file they are known as soon as its first piece is there.
    if (this.log && !this.#hasAnyOf(number)) return refused('notFound');
    const digests = await this.options.reader.digests(number);
    if (digests.length < (first + count) * DIGEST_BYTES) return refused('range');
    const body = digests.subarray(first * DIGEST_BYTES, (first + count) * DIGEST_BYTES);
    return { type: 'data', body };
  }

  async #givePiece(at: PieceAt): Promise<PieceReply> {
    const piece = (this.#starts[at.file] ?? 0) + at.index;
    if (this.log && !this.log.has(piece)) return refused('busy');
    const frame = await this.options.reader.read(at);
    return frame ? { type: 'data', body: frame.body, frame } : refused('changed');
  }

  #hasAnyOf(number: number): boolean {
    const from = this.#starts[number] ?? 0;
    const to = this.#starts[number + 1] ?? from + pieceCount(this.options.units[number]!.bytes);
    for (let piece = from; piece < to; piece += 1) if (this.log?.has(piece)) return true;
    return false;
  }
}

const keyOf = (unit: Unit): string =>
  unit.kind === 'pack' ? `${unit.root} ${unit.first} ${unit.count}` : unit.file.root;
