/** Stage 4, hash: one file at a time per path, small ones first, when a thread is free. */
import { HashQueue } from '../hashing/hash-queue.js';
import type { HashedFile, SettledFile } from './settled-file.js';

export interface HashingOptions {
  readonly threads: number;
  /** The built `hash-file.js`. */
  readonly script: URL;
  readonly onHashed: (hashed: readonly HashedFile[]) => void;
  /** Bytes of large files that are not finished yet. */
  readonly onBytes: (bytes: number) => void;
  readonly onTrouble: (sentence: string) => void;
}

export class Hashing {
  readonly #queue: HashQueue<SettledFile>;
  /** Paths that wait for a thread or are hashed now, with the identity they had. */
  readonly #files = new Map<string, SettledFile>();
  #bytes = 0;

  constructor({ threads, script, onHashed, onBytes, onTrouble }: HashingOptions) {
    this.#queue = new HashQueue<SettledFile>({
      threads,
      script,
      onResults: (results) => {
        for (const { request } of results) this.#end(request);
        onHashed(results.map(({ request: file, result }) => ({ file, result })));
      },
      onProgress: onBytes,
      onTrouble,
    });
  }

  /** Files that wait for a thread or are hashed now. */
  get length(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the present version of the file is already on its way. */
  has({ path, identity }: Pick<SettledFile, 'path' | 'identity'>): boolean {
    return this.#files.get(path)?.identity === identity;
  }

  /** Hashes a file; an earlier version of the same path that is on its way is given up. */
  add(file: SettledFile): void {
    if (this.has(file)) return;
    const before = this.#files.get(file.path);
    if (before) this.drop((one) => one === before);
    this.#files.set(file.path, file);
    this.#bytes += file.size;
    this.#queue.push(file);
  }

  /** Forgets every file that `isUnwanted`; no result comes for it. */
  drop(isUnwanted: (file: SettledFile) => boolean): void {
    for (const file of this.#queue.cancel(isUnwanted)) this.#end(file);
  }

  /** The directories of these files. */
  *directories(): Iterable<number> {
    for (const { place } of this.#files.values()) yield place.id;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #end(file: SettledFile): void {
    if (this.#files.get(file.path) === file) this.#files.delete(file.path);
    this.#bytes -= file.size;
  }
}
