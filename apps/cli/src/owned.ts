/** Which files of a peer's home are iwanto's own, by their names: anything else there belongs to somebody else. */
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, DATA_FILES, type Paths, cacheDir } from '@iwanto/service';

/** The pattern that fits just this text. */
const literal = (text: string) => text.replaceAll('.', '\\.');

const SERVICE = '(election|indexer|transfer)';
const HASH = '[0-9a-f]{64}';
/** What a file in the making, a copy set aside or one kept before a change is called. */
const VARIANT = '((\\.[0-9a-z]+)?\\.tmp|\\.bak|\\.lock|\\.\\d+\\.stale)?';
const SQLITE = '(-wal|-shm|-journal)?(\\.corrupt-\\d+|\\.v\\d+-\\d+)?(-wal|-shm|-journal)?';

const CONFIG = new RegExp(`^config\\.json${VARIANT}$`);
const KEYS = new RegExp(`^(keys|groups)\\.json${VARIANT}$`);
const LOCKS = `(start|home|${SERVICE})\\.lock${VARIANT}`;
const KEPT = Object.values(DATA_FILES).map(literal).join('|');
const DATA = new RegExp(
  `^((${KEPT}|group-[a-z0-9._-]+\\.sqlite)(${SQLITE}|(\\.old)?${VARIANT})|${LOCKS})$`,
);
const LOGS = new RegExp(`^(${SERVICE}|start|iwanto)\\d*\\.log$`);
const RUN = new RegExp(`^(${SERVICE}\\.(verbs|news)|${LOCKS})$`);
const UNFINISHED = new RegExp(`^${HASH}\\.(part|tree)`);
const COMPILED = /^v\d+\.\d+\.\d+-/;

const UNFINISHED_DIR = '.iwant-tmp';

export interface Owned {
  /** Files, and directories that are ours with all that is in them. */
  readonly files: readonly string[];
  /** Directories that are removed once empty, the innermost first. */
  readonly dirs: readonly string[];
}

/** What iwanto made for the peer of these paths. `config` is absent if it cannot be read. */
export async function ownedOf(paths: Paths, config: Config | undefined): Promise<Owned> {
  const configDir = dirname(paths.configFile);
  const downloadDir = config?.downloadDir ?? paths.defaultDownloadDir;
  const unfinished = join(downloadDir, UNFINISHED_DIR);
  const rooms = [
    [configDir, CONFIG],
    [dirname(paths.keysFile), KEYS],
    [paths.dataDir, DATA],
    [paths.logDir, LOGS],
    ...paths.runDirs.map((dir) => [dir, RUN] as const),
    [unfinished, UNFINISHED],
    [cacheDir(), COMPILED],
  ] as const;
  const found = await Promise.all(rooms.map(([dir, pattern]) => fitting(dir, pattern)));
  const shares = [paths.defaultShareDir, paths.defaultDownloadDir, dirname(paths.defaultShareDir)];
  const dirs = [unfinished, cacheDir(), ...paths.runDirs, paths.logDir, paths.dataDir, ...shares];
  return { files: [...new Set(found.flat())], dirs: [...new Set([...dirs, configDir])] };
}

/** The entries of a directory whose names fit; none if it is a link or is not there. */
async function fitting(dir: string, pattern: RegExp): Promise<string[]> {
  const found = await lstat(dir).catch(() => undefined);
  if (!found?.isDirectory()) return [];
  const entries: Dirent[] = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter(({ name }) => pattern.test(name)).map(({ name }) => join(dir, name));
}
