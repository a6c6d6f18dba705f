/** The target of one download: its temporary place, and the step from there to its name without replacing anything. */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type FileHash, type Kind, codeOf } from '@iwanto/wire';
import { diskFailure, spaceOf } from './disk.js';
import { makeTreeDurable } from './durable.js';
import { Folder, FolderTree } from './folder.js';
import { keepAll } from './keep.js';
import { checkedName } from './names.js';
import type { DiskManners, Plan } from './planned.js';
import { prune } from './prune.js';
import { type Earlier, inTheWay, stampAt } from './standing.js';
import { type Trial, tryOut } from './trial.js';

/** Beside the target, so that the last step is a rename; hidden, so that nobody shares it (HOSTILE 88). */
export const TEMPORARY = '.iwant-tmp';

/** Some file systems have no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
/** A rename onto something that may not be replaced. */
const IN_THE_WAY = new Set(['EEXIST', 'ENOTEMPTY', 'EISDIR', 'ENOTDIR']);

export interface TargetOptions {
  /** The real path of the folder it goes to. */
  readonly folder: string;
  readonly root: FileHash;
  readonly kind: Kind;
  /** What it will be called. */
  readonly name: string;
}

/** Running downloads of this process in each folder: the last one removes the temporary place. */
const underWay = new Map<string, number>();

function canLink(path: string): boolean {
  try {
    symlinkSync('target', path);
    return true;
  } catch (cause) {
    // Left by an interrupted run.
    return codeOf(cause) === 'EEXIST';
  }
}

function leave(folder: string): boolean {
  const left = (underWay.get(folder) ?? 1) - 1;
  if (left > 0) underWay.set(folder, left);
  else underWay.delete(folder);
  return left <= 0;
}

export class Target {
  readonly path: string;
  /** The name of the unfinished content: a hash, for a name with a suffix may be too long (HOSTILE 64). */
  readonly temporaryName: string;
  /** True when an earlier run left something, or equal files of this disk were copied there. */
  isResumed: boolean;
  /** Whether links can be made there, once that was tried. */
  keepsLinks = true;
  readonly #outer: Folder;
  readonly #inner: Folder;

  /** Opens the folder and creates the temporary place; Failure if that is impossible. */
  constructor(private readonly options: TargetOptions) {
    this.path = join(options.folder, checkedName(options.name));
    this.temporaryName = `${options.root}.${options.kind === 'file' ? 'part' : 'tree'}`;
    let outer: Folder | undefined;
    try {
      this.#outer = outer = Folder.open(options.folder);
      this.#inner = this.#outer.madeChild(TEMPORARY, 0o700);
      this.isResumed = this.#stands(this.#inner.at(this.temporaryName));
      this.#putBack();
      underWay.set(options.folder, (underWay.get(options.folder) ?? 0) + 1);
    } catch (cause) {
      outer?.close();
      throw diskFailure(cause, options.folder);
    }
  }

  /** Whether something already has the name. */
  get isTaken(): boolean {
    return this.#stands(this.#outer.at(this.options.name));
  }

  /** The folders that files are written into: the temporary place itself, or the unfinished tree. */
  openTree(): FolderTree {
    const folder = Folder.open(this.#inner.at('.'));
    if (this.options.kind === 'file') return new FolderTree(folder);
    try {
      return new FolderTree(folder.madeChild(this.temporaryName));
    } finally {
      folder.close();
    }
  }

  /** What this disk can distinguish. */
  manners(): DiskManners {
    const probe = `${this.options.root.slice(0, 8)}.probe`;
    const link = `${this.options.root.slice(0, 8)}.link`;
    writeFileSync(this.#inner.at(probe), '');
    try {
      const foldsCase = this.#stands(this.#inner.at(probe.toUpperCase()));
      this.keepsLinks = canLink(this.#inner.at(link));
      const portableNamesOnly = process.platform === 'win32';
      return { foldsCase, portableNamesOnly, keepsLinks: this.keepsLinks };
    } finally {
      for (const name of [probe, link]) rmSync(this.#inner.at(name), { force: true });
    }
  }

  /** Reuses what an unfinished download of other content under this name left; true when there was something. */
  adopt(root: FileHash): boolean {
    const left = this.#inner.at(`${root}.tree`);
    if (this.options.kind === 'file' || this.isResumed || !this.#stands(left)) return false;
    renameSync(left, this.#inner.at(this.temporaryName));
    return (this.isResumed = true);
  }

  /** Removes from the unfinished tree what the plan does not name. */
  async prune(plan: Plan): Promise<void> {
    if (this.isResumed && this.options.kind === 'directory') {
      await prune(this.#inner.at(this.temporaryName), plan);
    }
  }

  /** The part of a plan that this disk can store; Failure if it cannot store it at all. */
  async tryOut(plan: Plan): Promise<Trial> {
    const dir = this.#inner.at(`${this.options.root}.trial`);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    try {
      const { name, folder } = this.options;
      return await tryOut(plan, { dir, shown: folder, name });
    } catch (cause) {
      throw diskFailure(cause, this.path);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  /** Gives the complete content its name, durably. E_EXISTS if the name was taken meanwhile; `earlier` may be replaced. */
  async place(earlier?: Earlier): Promise<void> {
    try {
      if (this.options.kind === 'directory') {
        await makeTreeDurable(this.temporaryPath);
      }
      if (earlier) await this.#replace(earlier);
      else this.#placeAnew();
      this.#outer.sync();
      this.#inner.sync();
    } catch (cause) {
      if (IN_THE_WAY.has(codeOf(cause))) throw inTheWay(`${this.path} appeared in the meantime`);
      throw diskFailure(cause, this.path);
    }
  }

  /** Where the unfinished content is. */
  get temporaryPath(): string {
    return join(this.options.folder, TEMPORARY, this.temporaryName);
  }

  /** Bytes on the disk that an earlier run left. */
  spaceTaken(): number {
    return this.isResumed ? spaceOf(this.temporaryPath) : 0;
  }

  /** Removes what is unfinished. */
  discard(): void {
    rmSync(this.#inner.at(this.temporaryName), { recursive: true, force: true });
  }

  close(): void {
    try {
      if (leave(this.options.folder)) rmdirSync(this.#outer.at(TEMPORARY));
    } catch {
      // Leftovers of other downloads are in it, or the folder is gone: an empty hidden folder is harmless.
    } finally {
      this.#inner.close();
      this.#outer.close();
    }
  }

  #placeAnew(): void {
    const from = this.#inner.at(this.temporaryName);
    const to = this.#outer.at(this.options.name);
    // An empty directory is the only thing that the rename of a directory replaces.
    if (this.options.kind === 'directory') return renameSync(from, to);
    try {
      linkSync(from, to);
      rmSync(from);
    } catch (cause) {
      if (!NO_LINKS.has(codeOf(cause))) throw cause;
      if (this.isTaken) throw inTheWay(`${this.path} appeared in the meantime`);
      renameSync(from, to);
    }
  }

  async #replace({ stamp, foreign }: Earlier): Promise<void> {
    const from = this.#inner.at(this.temporaryName);
    const to = this.#outer.at(this.options.name);
    await keepAll(to, from, foreign);
    if (stampAt(to) !== stamp) throw inTheWay(`${this.path} changed in the meantime`);
    const old = this.#inner.at(this.#oldName);
    rmSync(old, { recursive: true, force: true });
    renameSync(to, old);
    renameSync(from, to);
    rmSync(old, { recursive: true, force: true });
  }

  get #oldName(): string {
    return `${this.options.root}.old`;
  }

  /** A crash between the two renames of a replacement: what was there gets its name back. */
  #putBack(): void {
    const old = this.#inner.at(this.#oldName);
    if (this.#stands(old) && !this.isTaken) renameSync(old, this.#outer.at(this.options.name));
  }

  #stands(path: string): boolean {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }
}
