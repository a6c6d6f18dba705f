/** Where everything of one peer is stored: under IWANT_HOME, or in the directories that the system gives to programs. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { absoluteOnly, userDirs, userId } from './directories.js';
import { HOME_PROCESSES, type HomeProcess, livingHolder } from './lock.js';

export interface Paths {
  readonly configFile: string;
  readonly keysFile: string;
  /** Databases, remembered peers, and the locks that guard the home. */
  readonly dataDir: string;
  readonly logDir: string;
  /** Sockets; mode 0700. If a process of this home runs, the directory that its lock names. */
  readonly runDir: string;
  /** Where sockets may be, the best place first: some file systems do not support them, and a socket's path is limited. */
  readonly runDirs: readonly string[];
  readonly defaultShareDir: string;
  readonly defaultDownloadDir: string;
}

/** The longest path of a unix socket on Linux, in bytes (sun_path without its end). */
const SOCKET_PATH_BYTES_MAX = 107;
/** The longest name a socket of ours has, with its separator. */
const SOCKET_NAME_BYTES = '/transfer.verbs'.length;

/** The paths of the peer that `env` names: IWANT_HOME=DIR puts all under DIR. */
export function homePaths(env: NodeJS.ProcessEnv = process.env): Paths {
  const given = env['IWANT_HOME'];
  const fixed = given ? pathsUnder(resolve(given)) : systemPaths(env);
  return {
    ...fixed,
    // A command that finds running services does not need to compute a hash.
    get runDirs() {
      return runDirsOf(fixed, env);
    },
    runDir: recordedRunDir(fixed.dataDir) ?? runDirsOf(fixed, env)[0] ?? '',
  };
}

/** The lock of one process of the home; it is beside the data that it guards. */
export const lockFile = ({ dataDir }: Pick<Paths, 'dataDir'>, name: HomeProcess): string =>
  join(dataDir, `${name}.lock`);

/** Where the sockets of the running processes are; undefined while none runs. */
export function recordedRunDir(dataDir: string): string | undefined {
  for (const name of HOME_PROCESSES) {
    const runDir = livingHolder(lockFile({ dataDir }, name))?.runDir;
    if (runDir !== undefined) return runDir;
  }
  return undefined;
}

type FixedPaths = Omit<Paths, 'runDir' | 'runDirs'> & { readonly ownRunDir: string };

/** The compiled program: the same for all peers of this user, so no path of one peer; made by `apps/cli/bin/launch.js`. */
export const cacheDir = (env: NodeJS.ProcessEnv = process.env): string => userDirs(env).cache;

function pathsUnder(home: string): FixedPaths {
  return {
    configFile: join(home, 'config.json'),
    keysFile: join(home, 'keys.json'),
    dataDir: join(home, 'data'),
    logDir: join(home, 'logs'),
    ownRunDir: join(home, 'run'),
    defaultShareDir: join(home, 'shared'),
    defaultDownloadDir: join(home, 'downloads'),
  };
}

function systemPaths(env: NodeJS.ProcessEnv): FixedPaths {
  const { home, config, data, log } = userDirs(env);
  return {
    configFile: join(config, 'config.json'),
    keysFile: join(data, 'keys.json'),
    dataDir: data,
    logDir: log,
    ownRunDir: join(data, 'run'),
    defaultShareDir: join(home, 'iwanto', 'shared'),
    defaultDownloadDir: join(home, 'iwanto', 'downloads'),
  };
}

/**
 * What a service manager made for us, the home itself, then short names elsewhere (HOSTILE 22). Not
 * XDG_RUNTIME_DIR before the home: a logout removes it, and cron, ssh and service managers do not set it.
 */
function runDirsOf({ ownRunDir, dataDir }: FixedPaths, env: NodeJS.ProcessEnv): string[] {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const managed = absoluteOnly(env['RUNTIME_DIRECTORY']?.split(':')[0]);
  const runtime = absoluteOnly(env['XDG_RUNTIME_DIR']);
  return [
    ...(managed === undefined ? [] : [managed]),
    ownRunDir,
    `/tmp/iwanto-${userId()}-${name}`,
    ...(runtime === undefined ? [] : [join(runtime, `iwanto-${name}`)]),
    join(tmpdir(), `iwanto-${userId()}-${name}`),
  ].filter((dir) => Buffer.byteLength(dir) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES_MAX);
}
