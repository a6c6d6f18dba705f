/** What departed peers had, one compressed file each: first the peer, then lines of entries. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Lines, readEntries } from '@iwanto/tracker';
import {
  type CatalogueEntry,
  PEER_NAME_BYTES_MAX,
  type PeerId,
  codeOf,
  peerIdSchema,
  reasonOf,
} from '@iwanto/wire';
import { z } from 'zod';
import type { LeftFiles, LeftPeer } from './left-peers.js';

/** Compressed at the fastest level: this runs during a fail-over. */
const GZIP_LEVEL = 1;
const ENDING = '.left.gz';

const headerSchema = z.object({
  peer: peerIdSchema,
  name: z.string().max(PEER_NAME_BYTES_MAX),
  leftMs: z.number().min(0),
});

export class LeftFolder implements LeftFiles {
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly folder: string,
    private readonly onTrouble: (sentence: string) => void,
  ) {}

  save(left: LeftPeer, read: (from: number) => Lines | undefined): void {
    this.#next(() => this.#write(left, read));
  }

  forget(peer: PeerId): void {
    this.#next(() => rm(this.#fileOf(peer), { force: true }));
  }

  load(take: (left: LeftPeer, entries: readonly CatalogueEntry[]) => Promise<void>): void {
    this.#next(async () => {
      for (const file of await this.#files()) await this.#read(file, take);
    });
  }

  /** Resolves when all that was asked for so far is done. */
  idle(): Promise<void> {
    return this.#work;
  }

  /** What is not written yet is given up: it may be lost, and must not delay the stop. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  #next(work: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#isClosed ? undefined : work()))
      .catch((cause: unknown) => {
        const sentence = `The contents of departed peers cannot be kept in ${this.folder}: ${reasonOf(cause)}`;
        this.onTrouble(sentence);
      });
  }

  #fileOf(peer: PeerId): string {
    return join(this.folder, `${peer}${ENDING}`);
  }

  async #files(): Promise<string[]> {
    const names = await readdir(this.folder).catch((cause: unknown) => {
      if (codeOf(cause) === 'ENOENT') return [];
      throw cause;
    });
    return names.filter((name) => name.endsWith(ENDING)).map((name) => join(this.folder, name));
  }

  async #write(left: LeftPeer, read: (from: number) => Lines | undefined): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const unfinished = `${this.#fileOf(left.peer)}.part`;
    let isWhole = false;
    const lines = async function* (isClosed: () => boolean): AsyncGenerator<string> {
      yield `${JSON.stringify(left)}\n`;
      for (let from: number | undefined = 0; from !== undefined;) {
        await nextTurn();
        const part: Lines | undefined = isClosed() ? undefined : read(from);
        if (part === undefined) return;
        if (part.entries.length > 0) yield `${JSON.stringify(part.entries)}\n`;
        from = part.next;
      }
      isWhole = true;
    };
    const source = Readable.from(lines(() => this.#isClosed));
    const target = createWriteStream(unfinished, { mode: 0o600 });
    await pipeline(source, createGzip({ level: GZIP_LEVEL }), target);
    if (isWhole) await rename(unfinished, this.#fileOf(left.peer));
    else await rm(unfinished, { force: true });
  }

  /** A file that is damaged, or not ours, is skipped. */
  async #read(
    file: string,
    take: (left: LeftPeer, entries: readonly CatalogueEntry[]) => Promise<void>,
  ): Promise<void> {
    try {
      let left: LeftPeer | undefined;
      for await (const line of linesOf(file)) {
        if (this.#isClosed) return;
        if (left) await take(left, readEntries(z.array(z.unknown()).parse(JSON.parse(line))));
        else left = headerSchema.parse(JSON.parse(line));
        await nextTurn();
      }
    } catch (cause) {
      this.onTrouble(`${file} cannot be read and is removed: ${reasonOf(cause)}`);
      await rm(file, { force: true });
    }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const read = pipeline(createReadStream(file), unpacked);
  read.catch(() => undefined);
  yield* createInterface({ input: unpacked, crlfDelay: Infinity });
  await read;
}
