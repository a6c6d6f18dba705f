/** A lock that is held, and how it is given up: apart from how it is taken, for processes that know nothing else of it. */
import { readFile, rm } from 'node:fs/promises';

export interface HeldLock {
  readonly path: string;
  /** What its file says while it is held. */
  readonly text: string;
}

/** Removes the file, unless another process has taken the lock since. */
export async function releaseLock({ path, text }: HeldLock): Promise<void> {
  const now = await readFile(path, 'utf8').catch(() => undefined);
  if (now === text) await rm(path, { force: true });
}
