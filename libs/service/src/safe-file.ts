/** Writing a small file so that a crash leaves the old content or the new, never half of one. */
import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDir } from '@iwanto/bus';
import { codeOf } from '@iwanto/wire';

/** Replaces `path` by `text` (mode 0600): temporary file, fsync, rename, fsync of the directory. */
export async function writeSafely(path: string, text: string): Promise<void> {
  const temporary = await writeBeside(path, text);
  await rename(temporary, path);
  await syncDir(dirname(path));
}

/** The same for data that a power cut may lose: a reader sees all of it or none, and nobody waits for the disk. */
export async function writeLightly(path: string, text: string): Promise<void> {
  await rename(await writeBeside(path, text, false), path);
}

/** Creates `path` with `text` unless it exists; returns whether it did. */
export async function createSafely(path: string, text: string): Promise<boolean> {
  const temporary = await writeBeside(path, text);
  try {
    await link(temporary, path);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDir(dirname(path));
  return true;
}

async function writeBeside(path: string, text: string, isLasting = true): Promise<string> {
  await makeDir(dirname(path), 0o700);
  // It need not be unguessable: the directory is private, and a taken name is refused.
  const temporary = `${path}.${Math.random().toString(16).slice(2)}.tmp`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  await withFile(await open(temporary, flags, 0o600), async (file) => {
    await file.writeFile(text, 'utf8');
    if (isLasting) await file.sync();
  });
  return temporary;
}

async function syncDir(path: string): Promise<void> {
  await withFile(await open(path, constants.O_RDONLY), (file) => file.sync());
}

async function withFile(file: FileHandle, act: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await act(file);
  } finally {
    await file.close();
  }
}
