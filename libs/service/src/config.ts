/** The configuration of one peer: one JSON file, checked key by key, replaced as a whole; the environment takes precedence. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { makeDir } from '@iwanto/bus';
import { Failure, codeOf, problemOf } from '@iwanto/wire';
import {
  type Config,
  type Loose,
  leavesOf,
  schemaFor,
  valueAt,
  withValue,
} from './config-schema.js';
import { lineOf, looseFrom, unfitValue, unknownKeys, wrongValue } from './config-text.js';
import { environmentName, fromEnvironment } from './config-values.js';
import { takeLockPatiently } from './lock-patiently.js';
import { dataFile } from './data-files.js';
import type { Paths } from './paths.js';
import { createSafely, writeSafely } from './safe-file.js';

/** How long to wait for another process that is writing the configuration. */
const LOCK_LIMIT_MS = 5_000;

/** A schema that is used once is not worth compiling: most of the time that reading a configuration took. */
const ONCE = { jitless: true } as const;

export interface LoadedConfig {
  readonly config: Config;
  /** One sentence for each unknown key, and for a file that others may change. */
  readonly warnings: readonly string[];
}

/** One value and where it comes from. */
export interface ConfigValue {
  readonly key: string;
  readonly value: unknown;
  readonly source: 'environment' | 'file' | 'default';
  /** The variable, or the file with its line; empty for a default. */
  readonly origin: string;
}

/** What holds for everything that neither the file nor the environment names. */
export const defaultConfig = (paths: Paths): Config => schemaFor(paths).parse({}, ONCE);

/**
 * The configuration in force; where there is no file yet, that of the defaults. Creates nothing.
 * Throws E_BAD_REQUEST naming the file, the key and the line that is wrong.
 */
export async function readConfig(paths: Paths, env = process.env): Promise<LoadedConfig> {
  const text = await textOf(paths.configFile);
  if (text === undefined)
    return { config: withEnvironment(paths, env, {}) ?? defaultConfig(paths), warnings: [] };
  const { loose, config, warnings } = inFile(paths, text);
  const open = await writableWarning(paths.configFile);
  return { config: withEnvironment(paths, env, loose) ?? config, warnings: [...warnings, ...open] };
}

/** The same, for what is about to run: the file is created with defaults when there is none yet, and so are default folders that nobody named. */
export async function loadConfig(paths: Paths, env = process.env): Promise<LoadedConfig> {
  const text = await textOf(paths.configFile);
  const loaded = await readConfig(paths, env);
  const { config } = loaded;
  if (text !== undefined) {
    await makeUnnamed(paths, config, looseFrom(paths.configFile, text));
    return loaded;
  }
  for (const folder of [...config.share, config.downloadDir]) await makeDir(folder);
  const file = textOfConfig(defaultFolders(paths, config));
  const created = await createSafely(paths.configFile, file);
  return created ? loaded : loadConfig(paths, env);
}

/** Not those that only the environment names: a start without it then creates the default folder. */
function defaultFolders(
  paths: Paths,
  config: Config,
): Partial<Pick<Config, 'share' | 'downloadDir'>> {
  const { share, downloadDir } = defaultConfig(paths);
  return {
    ...(isSame(share, config.share) && { share }),
    ...(downloadDir === config.downloadDir && { downloadDir }),
  };
}

/**
 * A file written by hand usually leaves out its folders, and nobody else creates the default ones. One that the file
 * names, or that downloads went to before, is never created: it may be on a disk that is unplugged.
 */
async function makeUnnamed(paths: Paths, config: Config, loose: Loose): Promise<void> {
  const { share, downloadDir } = defaultFolders(paths, config);
  const isUsed = existsSync(dataFile(paths, 'transfers'));
  const folders = [
    ...(share && loose['share'] === undefined ? share : []),
    ...(downloadDir && loose['downloadDir'] === undefined && !isUsed ? [downloadDir] : []),
  ];
  // If one cannot be created, the doctor and the service that uses it say so.
  for (const folder of folders) await makeDir(folder).catch(() => undefined);
}

/** Changes the file permanently, keeping the previous one as `.bak`; two processes that change it do so one after the other. */
export async function updateConfig(
  paths: Paths,
  change: (config: Config) => Config,
): Promise<Config> {
  const schema = schemaFor(paths);
  let changed: Config | undefined;
  await updateFile(paths, (loose) => {
    const before = schema.parse(loose, ONCE);
    const after = (changed = schema.parse(change(before), ONCE));
    return leavesOf(after as Loose)
      .filter((key) => !isSame(valueAt(before as Loose, key), valueAt(after as Loose, key)))
      .reduce((made, key) => withValue(made, key, valueAt(after as Loose, key)), loose);
  });
  return changed ?? defaultConfig(paths);
}

/** Sets one key of the file, or removes it if `value` is undefined; throws E_BAD_REQUEST if it does not fit. */
export function setConfig(paths: Paths, key: string, value: unknown): Promise<void> {
  return updateFile(paths, (loose) => withValue(loose, key, value));
}

/** The text of the file as it is, to put it back with `restoreConfig`. */
export const configText = (paths: Paths): Promise<string | undefined> => textOf(paths.configFile);

export const restoreConfig = (paths: Paths, text: string): Promise<void> =>
  writeSafely(paths.configFile, text);

/** Every value in force, and its source. */
export async function explainConfig(paths: Paths, env = process.env): Promise<ConfigValue[]> {
  const { config } = await readConfig(paths, env);
  const text = (await textOf(paths.configFile)) ?? '{}';
  const loose = looseFrom(paths.configFile, text);
  const named = fromEnvironment(env, defaultConfig(paths));
  return leavesOf(config as Loose).map((key) => {
    const value = valueAt(config, key);
    if (valueAt(named, key) !== undefined) {
      return { key, value, source: 'environment', origin: environmentName(key) };
    }
    if (valueAt(loose, key) === undefined) return { key, value, source: 'default', origin: '' };
    const line = lineOf(text, key.split('.'));
    return { key, value, source: 'file', origin: `${paths.configFile}:${line ?? 1}` };
  });
}

async function updateFile(paths: Paths, change: (loose: Loose) => Loose): Promise<void> {
  const lock = await takeLockPatiently(`${paths.configFile}.lock`, {
    what: 'A change of the configuration',
    limitMs: LOCK_LIMIT_MS,
  });
  try {
    if ((await textOf(paths.configFile)) === undefined) await loadConfig(paths);
    const before = (await textOf(paths.configFile)) ?? '{}';
    inFile(paths, before);
    const after = change(looseFrom(paths.configFile, before));
    const { error } = schemaFor(paths).safeParse(after, ONCE);
    if (error) throw unfitValue(error);
    await writeSafely(`${paths.configFile}.bak`, before);
    await writeSafely(paths.configFile, textOfConfig(after));
  } finally {
    await lock.release();
  }
}

function inFile(paths: Paths, text: string) {
  const loose = looseFrom(paths.configFile, text);
  const schema = schemaFor(paths);
  const result = schema.safeParse(loose, ONCE);
  if (!result.success) throw wrongValue(paths.configFile, text, result.error);
  const warnings = unknownKeys(paths.configFile, text, loose, schema.parse({}, ONCE));
  return { loose, config: result.data, warnings };
}

/** The file's values, overridden by those of the environment; undefined if it sets none. */
function withEnvironment(paths: Paths, env: NodeJS.ProcessEnv, loose: Loose): Config | undefined {
  const schema = schemaFor(paths);
  const named = fromEnvironment(env, schema.parse({}, ONCE));
  const keys = leavesOf(named);
  if (keys.length === 0) return undefined;
  const result = schema.safeParse(
    keys.reduce((made, key) => withValue(made, key, valueAt(named, key)), loose),
    ONCE,
  );
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = environmentName(
    issue?.path.filter((part) => typeof part === 'string').join('.') ?? '',
  );
  throw new Failure(
    'E_BAD_REQUEST',
    `${name} in the environment is wrong: ${problemOf(result.error)}.`,
  );
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const textOfConfig = (config: Loose): string => `${JSON.stringify(config, null, 2)}\n`;

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    throw new Failure('E_BAD_PATH', `The configuration ${path} cannot be read (${code}).`);
  }
}

/** Whoever can write the configuration can choose what is shared. */
async function writableWarning(path: string): Promise<string[]> {
  const { mode } = await stat(path);
  if ((mode & 0o022) === 0) return [];
  return [`The configuration ${path} can be changed by other users; run "chmod go-w ${path}".`];
}
