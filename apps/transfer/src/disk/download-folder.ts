/** Where downloads may go: a folder that can be written and that overlaps with no shared folder (HOSTILE 74). */
import { access, constants, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { makeDir } from '@iwanto/bus';
import { type Paths, loadConfig, refuseOverlap, updateConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';

/** The real path of a folder that downloads may go to; it is made when absent. Failure E_BAD_PATH says why not. */
export async function usableFolder(path: string, shared: readonly string[]): Promise<string> {
  if (!isAbsolute(path)) {
    throw new Failure('E_BAD_PATH', `${path} is not an absolute path: name the folder in full.`);
  }
  await refuseOverlap(shared, path);
  try {
    await makeDir(path);
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw new Error('it is not a folder');
    await access(real, constants.W_OK | constants.X_OK);
    return real;
  } catch (cause) {
    throw new Failure(
      'E_BAD_PATH',
      `${path} cannot be used for downloads: ${(cause as Error).message}. Choose another folder with "iwanto download to DIR".`,
    );
  }
}

/** The folder of the configuration. What is shared is read anew each time: the indexer changes it. */
export class DownloadFolder {
  constructor(
    private readonly paths: Paths,
    public path: string,
  ) {}

  /** A folder that can be used now: the one named, else the download folder. */
  async usable(path = this.path): Promise<string> {
    const { config } = await loadConfig(this.paths);
    return usableFolder(path, config.share);
  }

  async set(path: string): Promise<string> {
    const real = await this.usable(path);
    await updateConfig(this.paths, (config) => ({ ...config, downloadDir: real }));
    this.path = real;
    return real;
  }
}
