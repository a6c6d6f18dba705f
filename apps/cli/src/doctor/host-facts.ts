/** What this host can tell about itself without any service: folders, disks, limits, clock. */
import { constants, watch } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import {
  type Config,
  type ConfigInForce,
  type Paths,
  readConfig,
  readInForce,
} from '@iwanto/service';
import { codeOf, reasonOf } from '@iwanto/wire';
import { type Device, devices } from './devices.js';
import { type Listener, listeners } from './listeners.js';

export interface FolderFacts {
  readonly path: string;
  readonly use: 'share' | 'downloads' | 'data';
  /** The code of what is wrong, such as ENOENT; null if the folder can be used. */
  readonly fault: string | null;
  /** Null if the disk does not say. */
  readonly disk: DiskFacts | null;
  /** Of the download folder, if the transfer service says so: whether it existed before. */
  readonly used?: boolean;
}

export interface DiskFacts {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Infinity if the file system does not count inodes. */
  readonly freeInodes: number;
}

export interface WatchFacts {
  /** What the system said when one more folder was watched: null for nothing wrong. */
  readonly fault: string | null;
  /** The limits of this user, null if the system has none. */
  readonly watchesMax: number | null;
  readonly instancesMax: number | null;
}

export interface HostFacts {
  readonly config: Config | null;
  /** Why the configuration cannot be used, or what looks odd in it. */
  readonly configFault: string | null;
  readonly configWarnings: readonly string[];
  /** The same with the keys of groups; null if these do not fit. */
  readonly inForce: ConfigInForce | null;
  /** Why they do not. */
  readonly groupFault: string | null;
  readonly folders: readonly FolderFacts[];
  readonly watch: WatchFacts;
  /** How far in the future the times of this program's files are, in ms; negative or 0 if all is well. */
  readonly filesFromTheFutureMs: number;
  readonly interfaces: NodeJS.Dict<NetworkAddress[]>;
  readonly devices: readonly Device[];
  readonly listeners: readonly Listener[];
}

export interface NetworkAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
  readonly cidr: string | null;
}

export async function hostFacts(paths: Paths): Promise<HostFacts> {
  const loaded = await configOf(paths);
  const { config } = loaded;
  const [folders, watched, filesFromTheFutureMs, interfacesUp, held] = await Promise.all([
    Promise.all(foldersOf(paths, config).map(folderFacts)),
    watchFacts(paths.dataDir),
    fromTheFuture(paths),
    devices(),
    listeners(),
  ]);
  return {
    ...loaded,
    folders,
    watch: watched,
    filesFromTheFutureMs,
    interfaces: networkInterfaces(),
    devices: interfacesUp,
    listeners: held,
  };
}

type ConfigFacts = Pick<
  HostFacts,
  'config' | 'configFault' | 'configWarnings' | 'inForce' | 'groupFault'
>;

async function configOf(paths: Paths): Promise<ConfigFacts> {
  const none = {
    config: null,
    configFault: null,
    configWarnings: [],
    inForce: null,
    groupFault: null,
  };
  try {
    await access(paths.configFile);
  } catch {
    return none;
  }
  try {
    const { config, warnings } = await readConfig(paths);
    return { ...none, config, configWarnings: warnings, ...(await groupsOf(paths)) };
  } catch (cause) {
    return { ...none, configFault: reasonOf(cause) };
  }
}

async function groupsOf(paths: Paths): Promise<Pick<HostFacts, 'inForce' | 'groupFault'>> {
  try {
    return { inForce: (await readInForce(paths)).config, groupFault: null };
  } catch (cause) {
    return { inForce: null, groupFault: reasonOf(cause) };
  }
}

type FolderUse = Pick<FolderFacts, 'path' | 'use'>;

function foldersOf(paths: Paths, config: Config | null): FolderUse[] {
  return [
    ...(config?.share ?? []).map((path): FolderUse => ({ path, use: 'share' })),
    ...(config ? [{ path: config.downloadDir, use: 'downloads' } as const] : []),
    { path: paths.dataDir, use: 'data' },
  ];
}

async function folderFacts({ path, use }: FolderUse): Promise<FolderFacts> {
  return { path, use, fault: await faultOf(path, use), disk: await diskOf(path) };
}

async function faultOf(path: string, use: FolderFacts['use']): Promise<string | null> {
  const writes = use === 'share' ? 0 : constants.W_OK;
  try {
    const { R_OK, X_OK } = constants;
    await access(path, R_OK | X_OK | writes);
    return (await stat(path)).isDirectory() ? null : 'ENOTDIR';
  } catch (cause) {
    return codeOf(cause) || reasonOf(cause);
  }
}

/** The disk of a folder that does not exist yet is that of its nearest parent. */
async function diskOf(path: string): Promise<DiskFacts | null> {
  try {
    const { bsize, bavail, blocks, files, ffree } = await statfs(path);
    // As some behind FUSE: a disk of no size at all is none.
    if (blocks === 0) return null;
    return {
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      freeInodes: files === 0 ? Number.POSITIVE_INFINITY : ffree,
    };
  } catch {
    const parent = dirname(path);
    return parent === path ? null : diskOf(parent);
  }
}

/** Watches one folder for a moment: that needs one instance and one watch of this user. */
async function watchFacts(folder: string): Promise<WatchFacts> {
  const [watchesMax, instancesMax] = await Promise.all([
    numberIn('/proc/sys/fs/inotify/max_user_watches'),
    numberIn('/proc/sys/fs/inotify/max_user_instances'),
  ]);
  return { fault: await watchFault(folder), watchesMax, instancesMax };
}

async function watchFault(folder: string): Promise<string | null> {
  return new Promise((told) => {
    try {
      const watcher = watch(folder);
      watcher.once('error', (cause: NodeJS.ErrnoException) => told(cause.code ?? 'unknown'));
      // An error comes before the next turn of the loop.
      setImmediate(() => {
        watcher.close();
        told(null);
      });
    } catch (cause) {
      const code = codeOf(cause) || 'unknown';
      // A home that does not exist yet says nothing about watching.
      told(code === 'ENOENT' ? null : code);
    }
  });
}

async function numberIn(path: string): Promise<number | null> {
  const number = Number(await readFile(path, 'utf8').catch(() => 'NaN'));
  return Number.isFinite(number) ? number : null;
}

/** A clock that was set back shows in the files that were written before. */
async function fromTheFuture(paths: Paths): Promise<number> {
  const written = await Promise.all(
    [paths.keysFile, paths.configFile].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...written) - Date.now();
}
