/** Where everything of one peer lies: under IWANT_HOME, or in the directories the system gives to programs. */
import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

export interface Paths {
  readonly configFile: string;
  readonly keysFile: string;
  /** Databases and remembered peers. */
  readonly dataDir: string;
  readonly logDir: string;
  /** Sockets and locks; mode 0700. */
  readonly runDir: string;
  readonly defaultShareDir: string;
  readonly defaultDownloadDir: string;
}

/** The longest path of a unix socket on Linux, in bytes (sun_path without its end). */
const SOCKET_PATH_BYTES_MAX = 107;
/** The longest name a socket of ours has, with its separator. */
const SOCKET_NAME_BYTES = '/transfer.verbs'.length;

/** The paths of the peer that `env` names: IWANT_HOME=DIR puts all under DIR. */
export function homePaths(env: NodeJS.ProcessEnv = process.env): Paths {
  const home = env['IWANT_HOME'];
  return home ? pathsUnder(resolve(home)) : systemPaths(env);
}

function pathsUnder(home: string): Paths {
  return {
    configFile: join(home, 'config.json'),
    keysFile: join(home, 'keys.json'),
    dataDir: join(home, 'data'),
    logDir: join(home, 'logs'),
    runDir: shortEnough(join(home, 'run')),
    defaultShareDir: join(home, 'shared'),
    defaultDownloadDir: join(home, 'downloads'),
  };
}

function systemPaths(env: NodeJS.ProcessEnv): Paths {
  const given = envPaths('iwanto', { suffix: '' });
  const runtime = env['XDG_RUNTIME_DIR'];
  return {
    configFile: join(given.config, 'config.json'),
    keysFile: join(given.data, 'keys.json'),
    dataDir: given.data,
    logDir: given.log,
    runDir: runtime ? shortEnough(join(runtime, 'iwanto')) : shortRunDir(given.data),
    defaultShareDir: join(homedir(), 'iwanto', 'shared'),
    defaultDownloadDir: join(homedir(), 'iwanto', 'downloads'),
  };
}

/** A socket's path is limited: a home that lies too deep gets a short directory of its own (HOSTILE 22). */
function shortEnough(runDir: string): string {
  const longest = Buffer.byteLength(runDir) + SOCKET_NAME_BYTES;
  return longest <= SOCKET_PATH_BYTES_MAX ? runDir : shortRunDir(runDir);
}

function shortRunDir(standsFor: string): string {
  const name = createHash('sha256').update(standsFor).digest('hex').slice(0, 12);
  return join(tmpdir(), `iwanto-${userInfo().uid}-${name}`);
}
