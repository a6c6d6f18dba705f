/** Downloads so large that the user is asked before they begin. */
import { Failure } from '@iwanto/wire';

/** More files and folders than this are asked about: each costs an inode, memory and time. */
const ENTRIES_MAX = 250_000;
/** More bytes than this are asked about. */
const BYTES_MAX = 2 ** 40;

const refuse = (name: string, bytes: number, entries: number) =>
  new Failure(
    'E_LIMIT',
    `"${name}" is very large: ${entries} files and folders, ${bytes} bytes. Fetch it with --yes, or a part of it with --only.`,
  );

/** E_LIMIT with the figures if there are very many files; only then, so that a full disk is said first. */
export function refuseMany(name: string, bytes: number, entries: number): void {
  if (entries > ENTRIES_MAX) throw refuse(name, bytes, entries);
}

/** The same, also for very many bytes. */
export function refuseLarge(name: string, bytes: number, entries: number): void {
  if (entries > ENTRIES_MAX || bytes > BYTES_MAX) throw refuse(name, bytes, entries);
}
