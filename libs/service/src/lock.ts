/** One process at a time for one thing: a file that names the process, checked against the living. */
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { SERVICES } from '@iwanto/bus';
import { Failure, codeOf } from '@iwanto/wire';
import { z } from 'zod';
import { type HeldLock, releaseLock } from './lock-release.js';
import { createSafely } from './safe-file.js';

/** The processes that one home may have, each once. */
export const HOME_PROCESSES = ['start', ...SERVICES] as const;
export type HomeProcess = (typeof HOME_PROCESSES)[number];

const holderSchema = z.object({
  pid: z.number().int().positive(),
  started: z.string(),
  /** Where the sockets of the holder are. */
  runDir: z.string().optional(),
});
type Holder = z.infer<typeof holderSchema>;

export interface Lock extends HeldLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file `path`. Throws E_ALREADY_RUNNING, naming the process, while its holder lives;
 * a lock that a killed process left is taken over (HOSTILE 23, 24).
 */
export async function takeLock(path: string, what: string, runDir?: string): Promise<Lock> {
  const mine = JSON.stringify({ pid: process.pid, started: startedOf(process.pid), runDir });
  if (!(await createSafely(path, mine))) {
    await clearStale(path, what);
    if (!(await createSafely(path, mine))) throw runningAlready(what, path, undefined);
  }
  const held: HeldLock = { path, text: mine };
  return { ...held, release: () => releaseLock(held) };
}

/** The process named in the lock `path`, alive or not. */
export function recordedHolder(path: string): Holder | undefined {
  try {
    return holderOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The living holder of the lock `path`; undefined if there is none. */
export function livingHolder(path: string): Holder | undefined {
  const holder = recordedHolder(path);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Moves a dead holder's lock away; if a living one has appeared in between, puts it back and refuses. */
async function clearStale(path: string, what: string): Promise<void> {
  const found = await textOf(path);
  const holder = holderOf(found);
  if (holder && isAlive(holder)) throw runningAlready(what, path, holder.pid);
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(ignoreAbsent);
  const moved = await textOf(aside);
  if (moved !== '' && moved !== found) await link(aside, path).catch(ignoreAbsent);
  await rm(aside, { force: true });
}

function ignoreAbsent(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT' && cause.code !== 'EEXIST') throw cause;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    ignoreAbsent(cause);
    return '';
  });
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    if (codeOf(cause) === 'ESRCH') return false;
  }
  return startedOf(holder.pid) === holder.started;
}

/** When a process started, in clock ticks since boot; "" if the system does not report it: then the pid decides. */
function startedOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function runningAlready(what: string, path: string, pid: number | undefined): Failure {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new Failure(
    'E_ALREADY_RUNNING',
    `${what} is already running as ${who} (lock ${path}); stop it first with "iwanto stop".`,
  );
}
