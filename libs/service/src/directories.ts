/** The directories that the system gives to the programs of one user, whatever the environment says. */
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Failure } from '@iwanto/wire';

export interface UserDirs {
  readonly home: string;
  readonly config: string;
  readonly data: string;
  readonly log: string;
  readonly cache: string;
}

/**
 * Throws E_BAD_PATH when the user has no home. Relative values count as absent, as the XDG Base Directory
 * Specification says: one home must not depend on the directory in which a command is typed.
 */
export function userDirs(env: NodeJS.ProcessEnv): UserDirs {
  const home = homeDir(env);
  if (process.platform === 'darwin') {
    const library = join(home, 'Library');
    return {
      home,
      config: join(library, 'Preferences', 'iwanto'),
      data: join(library, 'Application Support', 'iwanto'),
      log: join(library, 'Logs', 'iwanto'),
      cache: join(library, 'Caches', 'iwanto'),
    };
  }
  const under = (name: string, ...otherwise: string[]) =>
    join(absoluteOnly(env[name]) ?? join(home, ...otherwise), 'iwanto');
  return {
    home,
    config: under('XDG_CONFIG_HOME', '.config'),
    data: under('XDG_DATA_HOME', '.local', 'share'),
    log: under('XDG_STATE_HOME', '.local', 'state'),
    cache: under('XDG_CACHE_HOME', '.cache'),
  };
}

/** HOME when it is a path, else what the password file says. Throws E_BAD_PATH when that says nothing. */
export function homeDir(env: NodeJS.ProcessEnv): string {
  const home = absoluteOnly(env['HOME']) ?? absoluteOnly(passwordHome());
  if (home !== undefined) return home;
  throw new Failure(
    'E_BAD_PATH',
    `User ${userId()} has no home directory: set HOME or IWANT_HOME to an absolute path.`,
  );
}

/** The user that this process acts for; a container may run under a number that no password file knows. */
export const userId = (): number => process.geteuid?.() ?? 0;

/** The value if it is an absolute path, otherwise undefined. */
export const absoluteOnly = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

function passwordHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
