/** Before the services start: the configuration exists, contains what was requested, and its folders can be used. */
import { constants, existsSync } from 'node:fs';
import { access, realpath, rmdir, stat } from 'node:fs/promises';
import { makeDir } from '@iwanto/bus';
import {
  type Config,
  type Paths,
  absentFolder,
  dataFile,
  defaultConfig,
  environmentName,
  loadConfig,
  refuseOverlap,
  refuseUnknownInterfaces,
  updateConfig,
} from '@iwanto/service';
import { Failure, codeOf, reasonOf } from '@iwanto/wire';
import { pathFrom } from './input.js';
import { remark, shown } from './print.js';

export interface Wishes {
  readonly share: readonly string[] | undefined;
  readonly downloadDir: string | undefined;
  readonly interfaces: readonly string[] | undefined;
  readonly mapPorts: boolean | undefined;
}

/** Writes the wishes into the configuration, or throws before anything is changed. */
export async function prepareConfig(paths: Paths, wishes: Wishes): Promise<void> {
  const share = await Promise.all((wishes.share ?? []).map(folderToShare));
  const target = wishes.downloadDir === undefined ? undefined : pathFrom(wishes.downloadDir);
  refuseUnknownInterfaces(wishes.interfaces ?? []);
  flagsGoFirst(wishes);
  const { config, warnings } = await loadConfig(paths);
  for (const warning of warnings) remark(shown(warning));
  const { interfaces, mapPorts } = wishes;
  const resolved = { share, target, interfaces, mapPorts };
  // Other commands may have made a configuration before; what counts is whether anything was ever shared.
  const isFirst = !existsSync(dataFile(paths, 'catalogue'));
  const instead = isFirst ? defaultConfig(paths).share : [];
  const changed = withWishes(config, instead, resolved);
  await refuseOverlap(changed.share, changed.downloadDir);
  if (target !== undefined) await makeFolder(target);
  if (changed !== config)
    await updateConfig(paths, (inFile) => withWishes(inFile, instead, resolved));
  if (!isFirst) return;
  await removeUnused(defaultConfig(paths), changed);
  remark(`First start: the configuration is ${shown(paths.configFile)}`);
  remark(`Shared: ${changed.share.map(shown).join(', ')}`);
  remark(`Downloads go to ${shown(changed.downloadDir)}`);
}

/** What was typed counts more than the environment, here and in the services that are started from here. */
function flagsGoFirst(wishes: Wishes): void {
  for (const [key, wish] of Object.entries(wishes)) {
    if (wish !== undefined) delete process.env[environmentName(key)];
  }
}

interface Resolved {
  readonly share: readonly string[];
  readonly target: string | undefined;
  readonly interfaces: readonly string[] | undefined;
  readonly mapPorts: boolean | undefined;
}

/** The named folders replace those of `instead`, and are added to what else is shared. */
function withWishes(
  config: Config,
  instead: readonly string[],
  { share, target, interfaces, mapPorts }: Resolved,
): Config {
  const isWish = (wish: unknown) => wish !== undefined;
  if (share.length === 0 && ![target, interfaces, mapPorts].some(isWish)) return config;
  const before = config.share.filter((path) => share.length === 0 || !instead.includes(path));
  return {
    ...config,
    share: [...new Set([...before, ...share])],
    downloadDir: target ?? config.downloadDir,
    interfaces: interfaces ? [...new Set(interfaces)] : config.interfaces,
    mapPorts: mapPorts ?? config.mapPorts,
  };
}

async function folderToShare(typed: string): Promise<string> {
  const path = pathFrom(typed);
  try {
    if (!(await stat(path)).isDirectory()) {
      throw new Failure('E_BAD_PATH', `${path} is not a folder; only folders can be shared.`);
    }
    await access(path, constants.R_OK | constants.X_OK);
    return await realpath(path);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    if (codeOf(cause) === 'ENOENT') throw absentFolder(path);
    const reason = codeOf(cause) || reasonOf(cause);
    throw new Failure('E_BAD_PATH', `The folder ${path} cannot be shared (${reason}).`);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await makeDir(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const reason = codeOf(cause) || reasonOf(cause);
    throw new Failure('E_BAD_PATH', `The download folder ${path} cannot be used (${reason}).`);
  }
}

/** Default folders that the wishes replaced would only puzzle; one with something in it stays. */
async function removeUnused(byDefault: Config, after: Config): Promise<void> {
  const used = new Set([...after.share, after.downloadDir]);
  for (const folder of [...byDefault.share, byDefault.downloadDir]) {
    if (used.has(folder)) continue;
    await rmdir(folder).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOTEMPTY' && cause.code !== 'ENOENT') throw cause;
    });
  }
}
