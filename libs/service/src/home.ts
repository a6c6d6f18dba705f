/** One home, one instance: its directories, and the locks that say which process runs here and where its sockets are. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SERVICES, type ServiceName, nobodyListens } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import {
  HOME_PROCESSES,
  type HomeProcess,
  type Lock,
  livingHolder,
  recordedHolder,
  takeLock,
} from './lock.js';
import { takeLockPatiently } from './lock-patiently.js';
import { type Paths, lockFile, recordedRunDir } from './paths.js';
import { makePrivateDir } from './private-dir.js';

/** How long to wait for another process that is claiming the same home. */
const CLAIM_LIMIT_MS = 5_000;

const WHAT: Record<HomeProcess, string> = {
  start: '"iwanto start"',
  election: 'The election service',
  indexer: 'The indexer service',
  transfer: 'The transfer service',
};

export interface Claim {
  readonly lock: Lock;
  /** The paths of the home, with the directory of the sockets that all its processes use. */
  readonly paths: Paths;
}

/**
 * Takes the lock of one process of a home. Throws E_ALREADY_RUNNING, naming the process, if it runs already,
 * whatever the environment of the two says of runtime and temporary directories.
 */
export async function claimHome(paths: Paths, name: HomeProcess): Promise<Claim> {
  await makeHomeDirs(paths);
  const guard = await takeLockPatiently(join(paths.dataDir, 'home.lock'), {
    what: 'Another start in this home',
    limitMs: CLAIM_LIMIT_MS,
  });
  try {
    await refuseUnseen(paths, name);
    const runDir = recordedRunDir(paths.dataDir) ?? (await usableRunDir(paths.runDirs));
    await makePrivateDir(runDir);
    const lock = await takeLock(lockFile(paths, name), WHAT[name], runDir);
    return { lock, paths: { ...paths, runDir } };
  } finally {
    await guard.release();
  }
}

/** Whether a service runs although its lock does not say so: its socket shows it. */
async function refuseUnseen(paths: Paths, name: HomeProcess): Promise<void> {
  if (name !== 'start') return refuseUnseenService(paths, name);
  for (const service of SERVICES) {
    if (!recordedHolder(lockFile(paths, service))) await refuseUnseenService(paths, service);
  }
}

async function refuseUnseenService(paths: Paths, service: ServiceName): Promise<void> {
  const lock = lockFile(paths, service);
  if (livingHolder(lock)) return;
  const runDir = recordedHolder(lock)?.runDir;
  const socket = join(runDir ?? paths.runDir, `${service}.verbs`);
  if (await nobodyListens(socket)) return;
  // A process of another container has a number that means nothing here; and a lock may have been removed by hand.
  const how =
    runDir === undefined
      ? `although its lock ${lock} is gone (it answers at ${socket}); stop it first with "iwanto stop".`
      : `in another container (it answers at ${socket}); stop it there first.`;
  throw new Failure('E_ALREADY_RUNNING', `${WHAT[service]} is already running ${how}`);
}

/** The processes of the home that are alive. */
export function holdersOf(paths: Paths): { name: HomeProcess; pid: number }[] {
  return HOME_PROCESSES.flatMap((name) => {
    const holder = livingHolder(lockFile(paths, name));
    return holder ? [{ name, pid: holder.pid }] : [];
  });
}

async function makeHomeDirs({ dataDir, logDir }: Paths): Promise<void> {
  try {
    for (const dir of [dataDir, logDir]) await makePrivateDir(dir);
  } catch (cause) {
    if (!(cause instanceof Failure) || process.env['IWANT_HOME']) throw cause;
    throw new Failure(
      cause.code,
      `${cause.sentence} IWANT_HOME=DIR keeps everything in a directory of your choice.`,
    );
  }
}

/** The first directory whose file system can hold a socket. */
async function usableRunDir(candidates: readonly string[]): Promise<string> {
  for (const dir of candidates) {
    await makePrivateDir(dir);
    if (await canHoldSocket(dir)) return dir;
  }
  throw new Failure(
    'E_BAD_PATH',
    `No socket can be made in any of ${candidates.join(', ')}; set IWANT_HOME to another directory.`,
  );
}

async function canHoldSocket(dir: string): Promise<boolean> {
  const path = join(dir, `try.${process.pid}`);
  await rm(path, { force: true });
  return new Promise((told) => {
    const server = createServer();
    server.once('error', () => told(false));
    server.listen(path, () => server.close(() => told(true)));
  });
}
