/** Where downloads may go: a folder that can be written and that overlaps with no shared folder (HOSTILE 74). */
import { access, constants, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { makeDir } from '@iwanto/bus';
import { type Config, type Paths, readConfig, refuseOverlap, updateConfig } from '@iwanto/service';
import type { PlacedStore } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import { isOnAwayDisk, mountPointOf } from './mounts.js';

export interface Folders {
  /** The real path of a folder that the user names now; it is created when absent. */
  named(path: string): Promise<string>;
  /** The real path of a folder that was named before, the download folder when left out; it is never created. */
  known(path?: string): Promise<string>;
}

/** Failure E_BAD_PATH says why a folder cannot be used; with `make` an absent one is made. */
export async function usableFolder(
  path: string,
  shared: readonly string[],
  make: boolean,
): Promise<string> {
  if (!isAbsolute(path)) {
    throw new Failure('E_BAD_PATH', `${path} is not an absolute path: give the full path.`);
  }
  await refuseOverlap(shared, path);
  try {
    if (make) await makeDir(path);
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw new Error('it is not a folder');
    await access(real, constants.W_OK | constants.X_OK);
    return real;
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw unusable(path, cause as NodeJS.ErrnoException);
  }
}

/** Codes of the system in words. */
const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'its disk is mounted read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is not a folder',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'a symbolic link in the path leads back to itself',
  ENOSPC: 'its disk is full',
  EIO: 'its disk reports errors',
};

function unusable(path: string, { code, message }: NodeJS.ErrnoException): Failure {
  if (code === 'ENOENT') {
    return new Failure(
      'E_BAD_PATH',
      `The folder ${path} does not exist. If it is on a disk that is not mounted, mount it; to make it, use "iwanto download to ${path}".`,
    );
  }
  return new Failure(
    'E_BAD_PATH',
    `${path} cannot be used for downloads: ${REASONS[code ?? ''] ?? code ?? message}. Choose another folder with --to, or permanently with "iwanto download to DIR".`,
  );
}

export interface DownloadFolderOptions {
  readonly paths: Paths;
  readonly path: string;
  /** Remembers which mount a folder was on. */
  readonly mounts: Pick<PlacedStore, 'mountOf' | 'putMount'>;
}

/** The folder of the configuration, and others. What is shared is read again each time: the indexer changes it. */
export class DownloadFolder implements Folders {
  path: string;

  constructor(private readonly options: DownloadFolderOptions) {
    this.path = options.path;
  }

  /** It was seen to exist; one that never was is created by the first download. */
  get isUsed(): boolean {
    return this.options.mounts.mountOf(this.path) !== undefined;
  }

  async named(path: string): Promise<string> {
    const real = await usableFolder(path, await this.#shared(), true);
    this.#noteMount(real, path);
    return real;
  }

  async known(path = this.path): Promise<string> {
    const isNew = path === this.path && this.options.mounts.mountOf(path) === undefined;
    const real = await usableFolder(path, await this.#shared(), isNew && !isOnAwayDisk(path));
    refuseAwayDisk(real, this.options.mounts.mountOf(real), mountPointOf(real));
    this.#noteMount(real, path);
    return real;
  }

  /** Applies the present configuration; refuses a folder that cannot be used. */
  async reconfigure({ share, downloadDir }: Config): Promise<void> {
    if (downloadDir !== this.path) this.path = await usableFolder(downloadDir, share, false);
  }

  /** Records, while it exists, which disk the download folder is on. False if it existed before and is missing now. */
  async note(): Promise<boolean> {
    const real = await realpath(this.path).catch(() => undefined);
    if (real === undefined) return !this.isUsed;
    if (this.options.mounts.mountOf(real) === undefined) this.#noteMount(real, this.path);
    return true;
  }

  async set(path: string): Promise<string> {
    const real = await this.named(path);
    await updateConfig(this.options.paths, (config) => ({ ...config, downloadDir: real }));
    this.path = real;
    return real;
  }

  async #shared(): Promise<readonly string[]> {
    return (await readConfig(this.options.paths)).config.share;
  }

  /** Also under the name as given, which is what is asked about while its disk is away. */
  #noteMount(real: string, given: string): void {
    const point = mountPointOf(real);
    if (point === undefined) return;
    for (const path of new Set([real, given])) {
      if (point !== this.options.mounts.mountOf(path)) this.options.mounts.putMount(path, point);
    }
  }
}

/** An empty mount point looks like a folder: what is stored there ends up on another disk and is hidden later. */
export function refuseAwayDisk(
  folder: string,
  before: string | undefined,
  now: string | undefined,
): void {
  if (before === undefined || now === undefined || before === now) return;
  // A file system mounted since is a disk that was attached, not one that is missing.
  if (now.startsWith(before === '/' ? '/' : `${before}/`)) return;
  throw new Failure(
    'E_BAD_PATH',
    `${folder} was on the disk mounted at ${before}, which is not mounted now. Mount it, or use the folder as it is with "iwanto download to ${folder}".`,
  );
}
