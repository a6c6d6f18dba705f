/** Paths for unix sockets that only this process uses: in a directory of its own, which is removed with the process. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '@iwanto/wire';

/** The longest path, in bytes, on the systems where this runs (HOSTILE 22), with space for a number. */
const DIRECTORY_BYTES_MAX = 80;

const PREFIX = 'iwanto-';
/** The process whose directory it is. */
const NAME = /^iwanto-(?<pid>\d+)-/;

let directory: string | undefined;
let used = 0;

/** A path that was never used before. */
export function socketPath(): string {
  const made = prepareSocketPaths();
  used += 1;
  return join(made, String(used));
}

/** Takes some milliseconds the first time: whoever will need paths later does it in advance. */
export function prepareSocketPaths(): string {
  if (directory === undefined || !existsSync(directory)) directory = makeDirectory();
  return directory;
}

/** For when TMPDIR is too long for a socket, or names a directory that cannot be used. */
const USUAL_PLACE = '/tmp';

/** Mode 0700, as mkdtemp makes it: no other user gets past it. */
function makeDirectory(): string {
  const name = `${PREFIX}${process.pid}-`;
  const wished = join(tmpdir(), name);
  const isLong = Buffer.byteLength(wished) > DIRECTORY_BYTES_MAX;
  const made = (isLong ? undefined : madeAt(wished)) ?? mkdtempSync(join(USUAL_PLACE, name));
  removeStale(made);
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}

function madeAt(prefix: string): string | undefined {
  try {
    return mkdtempSync(prefix);
  } catch {
    return undefined;
  }
}

/**
 * Removes what killed processes of this user left beside it (HOSTILE 130). A process in another container that shares
 * the directory may be taken for dead: it makes a new directory for its next socket.
 */
function removeStale(own: string): void {
  const place = dirname(own);
  for (const name of readdirSync(place)) {
    const pid = Number(NAME.exec(name)?.groups?.['pid']);
    if (!pid || name === basename(own) || isAlive(pid)) continue;
    const stale = join(place, name);
    const found = lstatSync(stale, { throwIfNoEntry: false });
    if (found?.isDirectory() && found.uid === process.getuid?.()) {
      rmSync(stale, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return codeOf(cause) !== 'ESRCH';
  }
}
