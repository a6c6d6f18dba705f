/** Stage 5, commit: results are gathered and become one revision of the catalogue. */
import { rootBytes } from '@iwanto/merkle';
import type { CatalogueWriter } from '../catalogue/catalogue-writer.js';
import type { Catalogue } from '../catalogue/catalogue.js';
import { factsOf } from '../disk/compare.js';
import type { HashedFile, SettledFile } from './settled-file.js';

/** Results are committed when there are this many, when no more are expected, or after this time. */
const COMMIT_FILES = 1_000;
const COMMIT_WAIT_MS = 50;

export interface CommitsOptions {
  readonly catalogue: Catalogue;
  /** Runs a change of the catalogue; false when it has to be tried again later. */
  readonly guard: (work: () => void) => boolean;
  readonly onCommitted: () => void;
}

export class Commits {
  #hashed: HashedFile[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: CommitsOptions) {}

  /** Whether everything that was hashed is committed. */
  get isEmpty(): boolean {
    return this.#hashed.length === 0;
  }

  /** Takes results: a root goes into the catalogue, a refusal takes the file out of it. */
  add(hashed: readonly HashedFile[], isLast: boolean): void {
    this.#hashed.push(...hashed);
    if (this.#hashed.length >= COMMIT_FILES || isLast) this.commit();
    else this.#timer ??= setTimeout(() => this.commit(), COMMIT_WAIT_MS);
  }

  /** Commits the gathered results; to be called again after `guard` returned false. */
  commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.isEmpty) return;
    const { catalogue, guard, onCommitted } = this.options;
    const hashed = this.#hashed;
    const write = (writer: CatalogueWriter) => hashed.forEach((one) => put(writer, one));
    if (!guard(() => catalogue.change(write))) return;
    this.#hashed = [];
    onCommitted();
  }

  /** Forgets every file that `isUnwanted`. */
  drop(isUnwanted: (file: SettledFile) => boolean): void {
    this.#hashed = this.#hashed.filter(({ file }) => !isUnwanted(file));
  }

  /** The directories of the gathered files. */
  *directories(): Iterable<number> {
    for (const { file } of this.#hashed) yield file.place.id;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#hashed = [];
  }
}

function put(writer: CatalogueWriter, { file, result }: HashedFile): void {
  if (!writer.isLive(file.place)) return;
  // What can no longer be read cannot be served either.
  if (!('root' in result)) return writer.buryChild(file.place, file.name);
  const root = rootBytes(result.root);
  writer.put(file.place, factsOf(file, root));
  writer.keepContent(root, file.size, result.digests);
}
