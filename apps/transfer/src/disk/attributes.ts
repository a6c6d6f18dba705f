/** The time and the exec bit of a fetched file. */
import { closeSync, constants, fchmodSync, fstatSync, futimesSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Plan, pathIn } from './planned.js';

/** Files processed before other work gets its turn. */
const FILES_A_TURN = 500;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const EXEC_BITS = 0o111;
const OWNER_EXEC = 0o100;

export interface Attributes {
  readonly exec: boolean;
  readonly mtimeSeconds: number | null;
}

/** Sets what the disk can store; what it cannot was reported before the first byte. */
export function setAttributes(fd: number, { exec, mtimeSeconds }: Attributes): void {
  try {
    const mode = fstatSync(fd).mode & 0o7777;
    if (((mode & OWNER_EXEC) !== 0) !== exec) {
      // Whoever may read may execute, as a umask would have it.
      fchmodSync(fd, exec ? mode | ((mode >> 2) & EXEC_BITS) : mode & ~EXEC_BITS);
    }
    if (mtimeSeconds !== null) setFileTime(fd, mtimeSeconds);
  } catch {
    // A disk without modes, or one whose times do not reach that far.
  }
}

/** The same for a file that was just made: without its exec bit, unless it was made with it. */
export function setNewAttributes(fd: number, attributes: Attributes): void {
  const { exec, mtimeSeconds } = attributes;
  // A umask may take the bit away from the owner, too.
  if (exec) return setAttributes(fd, attributes);
  try {
    if (mtimeSeconds !== null) setFileTime(fd, mtimeSeconds);
  } catch {
    // A disk whose times do not reach that far.
  }
}

/** As text, because `futimes` takes a negative number for the present time. */
export function setFileTime(fd: number, mtimeSeconds: number): void {
  futimesSync(fd, String(mtimeSeconds), String(mtimeSeconds));
}

/** Gives each file of a tree that is already in place the time and the exec bit of the plan. */
export async function dressAll(top: string, { files }: Plan): Promise<void> {
  let count = 0;
  for (const file of files) {
    const fd = openSync(join(top, pathIn(file.folder, file.name)), READ_FLAGS);
    try {
      setAttributes(fd, file);
    } finally {
      closeSync(fd);
    }
    count += 1;
    if (count % FILES_A_TURN === 0) await nextTurn();
  }
}
