/** The hashes of local files, remembered as long as the files stay unchanged. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setImmediate as otherWork } from 'node:timers/promises';
import { type Blake3, FileRootBuilder, loadBlake3, pieceBuffer, pieceBytes } from '@iwanto/merkle';
import { dataFile, homePaths, writeSafely } from '@iwanto/service';
import { type FileHash, PIECE_BYTES, codeOf, pieceCount } from '@iwanto/wire';
import { type LocalFile, identityOf } from './walk.js';

/** Hashes that are kept; the oldest go first. */
const KEPT_MAX = 200_000;
/** A file changed this shortly before may change again within one step of the file system's clock. */
const FRESH_MS = 100;
/** Bytes hashed before Ctrl-C gets its turn. */
const TURN_BYTES = 16_777_216;

/** What may be remembered as a hash: checking it with a schema took as long as reading the whole file. */
const HASH = /^[0-9a-f]{64}$/;

const keptFile = () => dataFile(homePaths(), 'hashes');

/**
 * A line per file: what it was, a space, its hash. Read as a whole and checked where it is used: as JSON and with a
 * schema for each line it took half as long as a command that has nothing to hash.
 */
async function kept(): Promise<Map<string, string>> {
  // None yet, or damaged: it is only there to save work.
  const text = await readFile(keptFile(), 'utf8').catch(() => '');
  const hashes = new Map<string, string>();
  for (const line of text.split('\n')) {
    const end = line.indexOf(' ');
    if (end > 0) hashes.set(line.slice(0, end), line.slice(end + 1));
  }
  return hashes;
}

export interface Hashed {
  readonly hashes: Map<LocalFile, FileHash>;
  readonly skipped: { readonly path: string; readonly reason: string }[];
}

/** The hash of each file; `onWork` is called first with how much has to be read. */
export async function hashAll(
  files: readonly LocalFile[],
  onWork: (files: readonly LocalFile[]) => void,
  nowMs: () => number = Date.now,
): Promise<Hashed> {
  const known = await kept();
  const hashes = new Map<LocalFile, FileHash>();
  for (const file of files) {
    const hash = known.get(file.identity);
    if (hash !== undefined && HASH.test(hash)) hashes.set(file, hash as FileHash);
  }
  const unknown = files.filter((file) => !hashes.has(file));
  if (unknown.length === 0) return { hashes, skipped: [] };
  onWork(unknown);
  const skipped = await hashUnknown(unknown, nowMs, (file, hash, isOld) => {
    hashes.set(file, hash);
    if (isOld) known.set(file.identity, hash);
  });
  const lines = [...known].slice(-KEPT_MAX).map(([identity, hash]) => `${identity} ${hash}\n`);
  await writeSafely(keptFile(), lines.join('')).catch(() => undefined);
  return { hashes, skipped };
}

async function hashUnknown(
  files: readonly LocalFile[],
  nowMs: () => number,
  take: (file: LocalFile, hash: FileHash, isOld: boolean) => void,
): Promise<Hashed['skipped']> {
  const reader = new Reader(await loadBlake3());
  const skipped: Hashed['skipped'] = [];
  for (const file of files) {
    try {
      const isOld = nowMs() - file.changedMs > FRESH_MS;
      take(file, await reader.hash(file), isOld);
    } catch (cause) {
      const reason = codeOf(cause) || 'it changed while it was read';
      skipped.push({ path: file.path, reason });
    }
  }
  return skipped;
}

/** Reads files into one buffer. */
class Reader {
  readonly #buffer = pieceBuffer(PIECE_BYTES);
  #sinceTurnBytes = 0;

  constructor(private readonly blake3: Blake3) {}

  /** Throws if the file is not the one that was seen, before or after. */
  async hash({ path, size, identity }: LocalFile): Promise<FileHash> {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const isSame = () => identityOf(fstatSync(fd, { bigint: true })) === identity;
      const builder = new FileRootBuilder(this.blake3);
      for (let piece = 0; piece < pieceCount(size); piece += 1) {
        builder.push(this.#piece(fd, piece * PIECE_BYTES, pieceBytes(size, piece)));
        await this.#turn(pieceBytes(size, piece));
      }
      if (!isSame()) throw new Error('changed');
      return builder.finish(size);
    } finally {
      closeSync(fd);
    }
  }

  #piece(fd: number, start: number, bytes: number): Uint8Array {
    let filled = 0;
    while (filled < bytes) {
      const read = readSync(fd, this.#buffer, filled, bytes - filled, start + filled);
      if (read === 0) throw new Error('changed');
      filled += read;
    }
    return this.blake3.hash(this.#buffer.subarray(0, bytes));
  }

  async #turn(bytes: number): Promise<void> {
    this.#sinceTurnBytes += bytes;
    if (this.#sinceTurnBytes < TURN_BYTES) return;
    this.#sinceTurnBytes = 0;
    await otherWork();
  }
}
