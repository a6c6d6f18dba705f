/** What the disk says: room left, and its errors as sentences a user can act on. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@iwanto/wire';

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

/** A refusal that names the path and the way out for anything a write can fail with. */
export function diskFailure(cause: unknown, path: string): Failure {
  if (cause instanceof Failure) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code !== undefined && NO_ROOM.has(code)) {
    return new Failure(
      'E_DISK_FULL',
      `The disk became full while writing ${path}. Make room and start the download again: it goes on from there.`,
    );
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Failure('E_BAD_PATH', `${path} cannot be written (${code}). Choose another folder.`);
  }
  return new Failure('E_UNEXPECTED', `Writing ${path} failed: ${code ?? message}.`);
}

/** E_DISK_FULL with need and have when `bytes` more do not fit where `path` lies (HOSTILE 69). */
export function requireRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (bytes <= free) return;
  throw new Failure(
    'E_DISK_FULL',
    `${path} has ${free} bytes free, but ${bytes} are needed. Make room or choose another folder.`,
  );
}

/** `stat` counts allocated space in units of this many bytes. */
const BLOCK_BYTES = 512;

/** Bytes that a file, or everything in a directory, takes on the disk. */
export function spaceOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.blocks * BLOCK_BYTES;
  return readdirSync(path).reduce((sum, name) => sum + spaceOf(join(path, name)), 0);
}
