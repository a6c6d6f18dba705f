/** Makes a whole directory tree durable before it gets its name. */
import { execFile } from 'node:child_process';
import { closeSync, constants, fsync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const syncFile = promisify(fsync);

/** A file system with much unwritten data of others takes long; after this time the files are synced one by one, in ms. */
const SYNC_LIMIT_MS = 60_000;
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Everything below `path` is on the disk when this resolves. Node has no syncfs(2); the `sync` program has.
 * For 10,000 small files it takes a sixth of the time of one fsync each (docs/decisions.md).
 */
export async function makeTreeDurable(path: string): Promise<void> {
  try {
    await run('sync', ['--file-system', path], { timeout: SYNC_LIMIT_MS });
  } catch {
    // No such program, or one that knows no such option: the slow way is as safe.
    await syncEach(path);
  }
}

async function syncEach(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await syncEach(inside);
    else if (entry.isFile()) await syncOne(inside);
  }
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  const fd = openSync(path, READ_FLAGS);
  try {
    await syncFile(fd);
  } finally {
    closeSync(fd);
  }
}
