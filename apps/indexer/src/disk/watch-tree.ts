/** What every watcher of a shared folder offers and reports; its reports are hints, never the truth. */
import { codeOf } from '@iwanto/wire';

export interface TreeWatch {
  /** False until everything it was given is watched. */
  readonly isReady: boolean;
  /** Watches a directory, before it is read, so that nothing slips in between. */
  add(directory: string): void;
  /** Forgets a directory and all below it. */
  remove(directory: string): void;
  close(): void;
}

export interface WatchListener {
  /** Something about `name` in `directory`, or about anything in it if no name is given. */
  onHint(directory: string, name: string | undefined): void;
  /** Hints may have been lost: compare everything. */
  onDoubt(why: string): void;
  /** The system refuses more watches: from now on only periodic scans help. */
  onLimit(cause: unknown): void;
}

/** Codes by which a system says that it has no more watches or open files to give. */
const LIMIT_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM']);

export function isWatchLimit(cause: unknown): boolean {
  return LIMIT_CODES.has(codeOf(cause));
}
