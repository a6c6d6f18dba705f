/** Every content that is being read on this host: opened by a question, closed when nobody asks any more. */
import { basename } from 'node:path';
import { READ_FILES_MAX, type ReadFile, type ReadOpened } from '@iwanto/bus';
import { Failure, type FileHash, type LocateAnswer, type PeerId } from '@iwanto/wire';
import { pathIn } from '../disk/planned.js';
import { provenClaim } from '../downloading/claims.js';
import type { HoldingLine } from '../uploading/holdings.js';
import { Listing } from './listing.js';
import { Reading } from './reading.js';
import type { Readable, ReadingTools } from './supply.js';

/** Contents read at the same time: each may take some tens of MiB. */
const READINGS_MAX = 8;
/** A content that nobody has asked for this long is closed, in ms. */
const IDLE_MS = 30_000;
/** How often that is checked, in ms. */
const LOOK_MS = 2_000;
const HASH_CHARACTERS = 64;

export interface ReadingsOptions {
  readonly tools: ReadingTools;
  readonly self: PeerId;
  /** A verified piece of a file arrived: a download of it can use it. */
  readonly onPiece: (root: FileHash, piece: number, body: Uint8Array) => void;
  /** What this host holds besides its shares. */
  readonly lines: () => readonly HoldingLine[];
}

export class Readings {
  readonly #readings = new Map<FileHash, Promise<Reading>>();
  readonly #listings = new Map<FileHash, Promise<Listing>>();
  #looking: NodeJS.Timeout | undefined;

  constructor(private readonly options: ReadingsOptions) {}

  /** What a hash names; the beginning and the end of a file are fetched early, unless it is only glanced at. */
  async open(hash: string, isGlance = false): Promise<ReadOpened> {
    const readable = await this.#find(hash);
    const { root, kind, name, bytes } = readable;
    if (kind === 'file' && bytes > 0 && !isGlance)
      (await this.#reading(root, () => readable)).warm();
    return { hash: root, kind, name, size: bytes };
  }

  /** `within`: a directory that the file is part of; those who have that one can give the file. */
  async read(
    { hash, reader, offset, count }: ReadQuestion,
    within?: FileHash,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const reading = await this.#reading(hash, () => this.#findFile(hash, within));
    const { name, bytes } = reading.of;
    if (offset >= bytes) {
      throw new Failure('E_RANGE', `${name} has ${bytes} bytes: there is none at ${offset}.`);
    }
    return reading.read(reader, offset, Math.min(count, bytes - offset));
  }

  /** Verified pieces of a file that are in memory. */
  async inMemory(root: FileHash): Promise<Iterable<readonly [number, Uint8Array]>> {
    const reading = await this.#readings.get(root)?.catch(() => undefined);
    return reading?.inMemory() ?? [];
  }

  /** A reader leaves, and what was being fetched for it alone is dropped. */
  async release(hash: FileHash, reader: string): Promise<void> {
    (await this.#readings.get(hash)?.catch(() => undefined))?.release(reader);
  }

  /** Files of a directory, from number `first` on. */
  async files(hash: FileHash, first: number): Promise<{ total: number; files: ReadFile[] }> {
    const listing = await this.#listing(hash);
    const files = await listing.files;
    listing.usedMs = this.options.tools.nowMs();
    return {
      total: files.length,
      files: files.slice(first, first + READ_FILES_MAX).map(({ folder, name, size, root }) => {
        return { path: pathIn(folder, name), size, hash: root };
      }),
    };
  }

  async closeAll(): Promise<void> {
    clearInterval(this.#looking);
    for (const root of [...this.#readings.keys()]) await this.#close(root);
    for (const root of [...this.#listings.keys()]) await this.#closeListing(root);
  }

  #reading(root: FileHash, find: () => Readable | Promise<Readable>): Promise<Reading> {
    const known = this.#readings.get(root);
    if (known) return known;
    if (this.#readings.size >= READINGS_MAX) {
      throw new Failure(
        'E_LIMIT',
        `${READINGS_MAX} contents are already being read: close one first.`,
      );
    }
    const { tools, onPiece } = this.options;
    const opening = Promise.resolve(find()).then(
      (of) =>
        new Reading({
          ...{ ...tools, of, onFailed: () => void this.#close(root) },
          onPiece: (piece, body) => onPiece(root, piece, body),
        }),
    );
    this.#readings.set(root, opening);
    opening.catch(() => this.#readings.delete(root));
    this.#looking ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    return opening;
  }

  async #listing(root: FileHash): Promise<Listing> {
    const known = this.#listings.get(root);
    if (known) return known;
    const opening = this.#find(root).then((of) => {
      if (of.kind === 'directory') return new Listing(of, this.options.tools);
      throw new Failure('E_BAD_REQUEST', `${of.name} is a file, not a folder.`);
    });
    this.#listings.set(root, opening);
    opening.then(
      ({ files }) => files.catch(() => this.#closeListing(root)),
      () => this.#listings.delete(root),
    );
    this.#looking ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    return opening;
  }

  async #look(): Promise<void> {
    const beforeMs = this.options.tools.nowMs() - IDLE_MS;
    for (const [root, opening] of this.#readings) {
      const reading = await opening.catch(() => undefined);
      reading?.look();
      if (reading && reading.usedMs < beforeMs) await this.#close(root);
    }
    for (const [root, opening] of this.#listings) {
      const listing = await opening.catch(() => undefined);
      if (listing && listing.usedMs < beforeMs) await this.#closeListing(root);
    }
    if (this.#readings.size + this.#listings.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  async #close(root: FileHash): Promise<void> {
    const opening = this.#readings.get(root);
    this.#readings.delete(root);
    await (await opening?.catch(() => undefined))?.close();
  }

  async #closeListing(root: FileHash): Promise<void> {
    const opening = this.#listings.get(root);
    this.#listings.delete(root);
    (await opening?.catch(() => undefined))?.close();
  }

  /** What this host has itself can be read even without a leader. */
  async #find(hash: string): Promise<Readable> {
    try {
      const located = await this.options.tools.bus.call('locate', { hash });
      if (hash.length === HASH_CHARACTERS && located.hash !== hash) {
        throw new Failure(
          'E_VERIFY',
          `The leader answered ${located.hash} when asked for ${hash}.`,
        );
      }
      return this.#readableOf(await provenClaim(located, this.options.tools));
    } catch (cause) {
      const here = hash.length === HASH_CHARACTERS && (await this.#findHere(hash as FileHash));
      if (here) return here;
      throw cause;
    }
  }

  async #findFile(hash: FileHash, within: FileHash | undefined): Promise<Readable> {
    const found = await this.#findWithin(hash, within);
    if (found.kind === 'file') return found;
    throw new Failure('E_BAD_REQUEST', `${found.name} is a folder: read one of its files.`);
  }

  async #findWithin(hash: FileHash, within: FileHash | undefined): Promise<Readable> {
    try {
      return await this.#find(hash);
    } catch (cause) {
      if (within === undefined) throw cause;
      const file = await this.#fileIn(within, hash);
      const { holders } = await this.#find(within);
      return { ...file, kind: 'file', holders };
    }
  }

  async #fileIn(within: FileHash, hash: FileHash) {
    const files = await (await this.#listing(within)).files;
    const file = files.find(({ root }) => root === hash);
    if (!file) throw new Failure('E_NOT_FOUND', `There is no file ${hash} in ${within}.`);
    return { root: hash, name: file.name, bytes: file.size };
  }

  #readableOf({ hash, kind, name, size, holders }: LocateAnswer): Readable {
    const others = holders.filter(({ peer }) => peer !== this.options.self);
    return { root: hash, kind, name, bytes: size, holders: others };
  }

  async #findHere(root: FileHash): Promise<Readable | undefined> {
    const held = this.options.lines().find((line) => line.root === root);
    if (held) return { ...held, holders: [] };
    const { contents } = await this.options.tools.bus.call('content.find', { hashes: [root] });
    const [shared] = contents;
    if (shared?.kind !== 'file') return undefined;
    const { path, size } = shared;
    return { root, kind: 'file', name: basename(path), bytes: size, holders: [] };
  }
}

export interface ReadQuestion {
  readonly hash: FileHash;
  readonly reader: string;
  readonly offset: number;
  readonly count: number;
}
