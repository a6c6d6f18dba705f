/** A lock that is held only for moments: a process that finds it taken waits. */
import { Failure } from '@iwanto/wire';
import { type Lock, takeLock } from './lock.js';

const RETRY_MS = 20;

/** Takes the lock `path` as soon as it is free; throws E_ALREADY_RUNNING after the limit. */
export async function takeLockPatiently(
  path: string,
  { what, limitMs }: { what: string; limitMs: number },
): Promise<Lock> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await takeLock(path, what);
    } catch (cause) {
      if (!(cause instanceof Failure) || performance.now() > deadlineMs) throw cause;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}
