/** The configuration of one peer: one JSON file, checked key by key, replaced as a whole. */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { makeDir } from '@iwanto/bus';
import { Failure, portSchema } from '@iwanto/wire';
import { z } from 'zod';
import { takeLockPatiently } from './lock-patiently.js';
import type { Paths } from './paths.js';
import { RATE_RULES_CHARACTERS_MAX, rateRulesFrom } from './rates.js';
import { createSafely, writeSafely } from './safe-file.js';

/** The first ports tried; a taken one is passed over and the next free one advertised. */
export const DEFAULT_PORTS = { election: 17_117, indexer: 17_118, transfer: 17_119 } as const;

/** The UDP port that multicast is sent to: one for all, beside the ports of the services. */
export const DISCOVERY_PORT_DEFAULT = 17_116;

/** How long a file must be still before it is hashed, in ms. */
const SETTLE_MS_DEFAULT = 100;

/** Folders, interfaces and static peers a configuration may list. */
const LIST_MAX = 256;

/** How long to wait for another process that is just writing the configuration. */
const LOCK_LIMIT_MS = 2_000;

const pathSchema = z
  .string()
  .min(1)
  .max(4_096)
  .refine(isAbsolute, 'a path must be absolute, beginning with /');

const rateRulesSchema = z
  .string()
  .max(RATE_RULES_CHARACTERS_MAX)
  .refine(isRateRules, 'is not a rate, such as 5M or 1M 08:00-18:00');

const schemaFor = (paths: Paths) =>
  z.object({
    share: z.array(pathSchema).max(LIST_MAX).default([paths.defaultShareDir]),
    downloadDir: pathSchema.default(paths.defaultDownloadDir),
    /** Names of network interfaces to use; none named means all. */
    interfaces: z.array(z.string().min(1).max(64)).max(LIST_MAX).default([]),
    ports: z
      .object({
        election: portSchema.default(DEFAULT_PORTS.election),
        indexer: portSchema.default(DEFAULT_PORTS.indexer),
        transfer: portSchema.default(DEFAULT_PORTS.transfer),
      })
      .default({ ...DEFAULT_PORTS }),
    /** Peers find each other by multicast only where this port is the same. */
    discoveryPort: portSchema.min(1).default(DISCOVERY_PORT_DEFAULT),
    /** Peers that multicast does not reach. */
    peers: z
      .array(z.object({ host: z.string().min(1).max(253), port: portSchema }))
      .max(LIST_MAX)
      .default([]),
    settleMs: z.number().int().min(0).max(60_000).default(SETTLE_MS_DEFAULT),
    /** Limits on what is fetched and sent, such as `5M` or `1M 08:00-18:00`; empty for none. */
    limits: z
      .object({ download: rateRulesSchema.default(''), upload: rateRulesSchema.default('') })
      .default({ download: '', upload: '' }),
    logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  });

export type Config = z.infer<ReturnType<typeof schemaFor>>;

export interface LoadedConfig {
  readonly config: Config;
  /** True when there was no file and one was made. */
  readonly created: boolean;
  /** One sentence for each key that nobody knows, and for a file that others may change. */
  readonly warnings: readonly string[];
}

/**
 * The configuration; made with defaults, folders included, when there is none yet.
 * Throws E_BAD_REQUEST naming the file and the key that is wrong; nothing is overwritten then.
 */
export async function loadConfig(paths: Paths): Promise<LoadedConfig> {
  const text = await textOf(paths.configFile);
  if (text !== undefined) {
    const { config, warnings } = parseConfig(paths, text);
    const open = await writableWarning(paths.configFile);
    return { config, warnings: [...warnings, ...open], created: false };
  }
  const config = schemaFor(paths).parse({});
  for (const folder of [...config.share, config.downloadDir]) {
    await makeDir(folder);
  }
  const created = await createSafely(paths.configFile, textOfConfig(config));
  return created ? { config, created, warnings: [] } : loadConfig(paths);
}

/** Changes the configuration for good, the one before kept as `.bak`; two processes that change it do so one after the other. */
export async function updateConfig(
  paths: Paths,
  change: (config: Config) => Config,
): Promise<Config> {
  const lock = await takeLockPatiently(`${paths.configFile}.lock`, {
    what: 'A change of the configuration',
    limitMs: LOCK_LIMIT_MS,
  });
  try {
    const { config } = await loadConfig(paths);
    const changed = schemaFor(paths).parse(change(config));
    const before = await textOf(paths.configFile);
    if (before !== undefined) await writeSafely(`${paths.configFile}.bak`, before);
    await writeSafely(paths.configFile, textOfConfig(changed));
    return changed;
  } finally {
    await lock.release();
  }
}

const textOfConfig = (config: Config): string => `${JSON.stringify(config, null, 2)}\n`;

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Failure('E_BAD_PATH', `The configuration ${path} cannot be read (${code}).`);
  }
}

/** Who may write the configuration may choose what is shared. */
async function writableWarning(path: string): Promise<string[]> {
  const { mode } = await stat(path);
  if ((mode & 0o022) === 0) return [];
  return [`The configuration ${path} can be changed by other users; run "chmod go-w ${path}".`];
}

function parseConfig(paths: Paths, text: string): Omit<LoadedConfig, 'created'> {
  const schema = schemaFor(paths);
  const value = parseJson(paths.configFile, text);
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    const key = issue?.path.join('.') || 'the whole file';
    throw new Failure(
      'E_BAD_REQUEST',
      `The configuration ${paths.configFile} is wrong at "${key}": ${issue?.message}. Mend or delete it.`,
    );
  }
  const known = new Set(Object.keys(schema.shape));
  const warnings = Object.keys(value as object)
    .filter((key) => !known.has(key))
    .map((key) => `The configuration ${paths.configFile} has an unknown key "${key}".`);
  return { config: result.data, warnings };
}

function isRateRules(text: string): boolean {
  try {
    rateRulesFrom(text);
    return true;
  } catch {
    return false;
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(
      'E_BAD_REQUEST',
      `The configuration ${path} is not JSON: ${reason}. Mend or delete it.`,
    );
  }
}
