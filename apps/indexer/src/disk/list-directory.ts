/** The contents of one directory on disk: files with their identity, directories, symlinks, and what has to be skipped. */
import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { entryProblem, nameProblem } from '@iwanto/merkle';
import { keepsInodes } from '@iwanto/service';
import { codeOf, reasonOf } from '@iwanto/wire';
import { type FileIdentity, identityOf } from './identity.js';

export interface SeenName {
  /** In normal form C. */
  readonly name: string;
  /** As on disk. */
  readonly disk: string;
}

export interface SeenFile extends SeenName {
  readonly kind: 'file';
  readonly identity: FileIdentity;
  readonly size: number;
  readonly exec: boolean;
  readonly mtimeSeconds: number;
  /** ms since 1970 of the last change of anything about the file. */
  readonly ctimeMs: number;
}
export interface SeenDirectory extends SeenName {
  readonly kind: 'directory';
}
export interface SeenSymlink extends SeenName {
  readonly kind: 'symlink';
  readonly target: string;
}
/** It exists, but the disk or its permissions reveal nothing more: what is known about it is kept. */
export interface SeenUnreadable extends SeenName {
  readonly kind: 'unreadable';
}
export type Seen = SeenFile | SeenDirectory | SeenSymlink | SeenUnreadable;

/** Whether a name is left out silently. */
export type Ignores = (name: string, isDirectory: boolean) => boolean;
/** Called for each entry that should be shared but cannot. */
export type OnSkip = (path: string, why: string) => void;

/** A directory whose own size is above this, in bytes, may have thousands of entries, on any common file system. */
const LARGE_BYTES = 65_536;
/** Entries of a large directory read at a time. */
const READ_ENTRIES = 1_024;
const OWNER_EXECUTES = 0o100n;
const NS_PER_SECOND = 1_000_000_000n;

/** What vanishes between readdir and lstat, or whose parent did, is simply not there (HOSTILE 79). */
const isAbsence = (code: string | undefined) => code === 'ENOENT' || code === 'ENOTDIR';

/** Whole seconds, rounded down, before 1970 too. */
function secondsOf(timeNs: bigint): number {
  const seconds = timeNs / NS_PER_SECOND;
  return Number(timeNs < seconds * NS_PER_SECOND ? seconds - 1n : seconds);
}

/** How entries of one directory are examined. */
export interface LookOptions {
  readonly ignores: Ignores;
  readonly onSkip: OnSkip;
  /** Whether the file system keeps inode numbers; found out if it is left out. */
  readonly hasInodes?: boolean;
}

/** One entry, or undefined if there is none, or none that is shared. */
export function seeEntry(
  directory: string,
  disk: string,
  { ignores, onSkip, hasInodes = keepsInodes(directory) }: LookOptions,
): Seen | undefined {
  const path = join(directory, disk);
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stats || ignores(disk, stats.isDirectory())) return undefined;
    const name = disk.normalize('NFC');
    const problem = nameProblem(name);
    if (problem) {
      onSkip(path, `its name ${problem}`);
      return undefined;
    }
    if (stats.isDirectory()) return { kind: 'directory', name, disk };
    if (stats.isSymbolicLink()) return seeSymlink({ name, disk }, path, onSkip);
    // Sockets, FIFOs and devices cannot be shared, and are never opened (HOSTILE 77).
    if (!stats.isFile()) return undefined;
    return {
      kind: 'file',
      name,
      disk,
      identity: identityOf(stats, hasInodes),
      size: Number(stats.size),
      exec: (stats.mode & OWNER_EXECUTES) !== 0n,
      mtimeSeconds: secondsOf(stats.mtimeNs),
      ctimeMs: Number(stats.ctimeMs),
    };
  } catch (cause) {
    const code = codeOf(cause);
    const message = reasonOf(cause);
    if (isAbsence(code)) return undefined;
    onSkip(path, message);
    return { kind: 'unreadable', name: disk.normalize('NFC'), disk };
  }
}

function seeSymlink(seen: SeenName, path: string, onSkip: OnSkip): SeenSymlink | undefined {
  const target = readlinkSync(path, { encoding: 'buffer' });
  const entry = { kind: 'symlink', name: seen.name, target: target.toString() } as const;
  const problem = isUtf8(target) ? entryProblem(entry) : 'links to a path that is not UTF-8';
  if (!problem) return { ...seen, kind: 'symlink', target: entry.target };
  onSkip(path, `it ${problem}`);
  return undefined;
}

/** The names in a directory exactly as the disk has them, or why they cannot be read. */
export type Listing =
  | { readonly names: readonly string[] }
  | { readonly failed: 'vanished' | 'unreadable'; readonly reason: string };

/** The replacement character, which a text holds in place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/** Lists a directory; a large one is read between other work. */
export async function listNames(directory: string, onSkip: OnSkip): Promise<Listing> {
  try {
    const isLarge = lstatSync(directory).size > LARGE_BYTES;
    const names = isLarge ? await readLarge(directory) : readdirSync(directory).sort();
    const isPlain = !names.some((name) => name.includes(REPLACEMENT));
    return { names: isPlain ? names : readCarefully(directory, onSkip) };
  } catch (cause) {
    const code = codeOf(cause);
    const message = reasonOf(cause);
    return { failed: isAbsence(code) ? 'vanished' : 'unreadable', reason: message };
  }
}

/** Unsorted: sorting a million names takes longer than others may wait. */
async function readLarge(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(directory, { bufferSize: READ_ENTRIES })) {
    names.push(name);
  }
  return names;
}

/** Names byte by byte, if some are perhaps not UTF-8. */
function readCarefully(directory: string, onSkip: OnSkip): string[] {
  const names = readdirSync(directory, { encoding: 'buffer' }).filter((bytes) => {
    if (isUtf8(bytes)) return true;
    // Shown in hex: the text form of such a name is not the name (HOSTILE 65).
    onSkip(join(directory, `<${bytes.toString('hex')}>`), 'its name is not UTF-8');
    return false;
  });
  return names.map(String).sort();
}

/** Whether a directory that can be read has no entries at all. */
export function isEmptyDirectory(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch (cause) {
    if (codeOf(cause) !== '') return false;
    throw cause;
  }
}

/** Both look the same on the screen. */
const SAME_NAME =
  'another entry of this folder has the same name in another Unicode form: rename one of the two';

/** Examines some names of a directory. Of two that are equal in normal form C the first counts, here and in `taken`. */
export function seeEntries(
  directory: string,
  disks: readonly string[],
  { ignores, onSkip, taken }: LookOptions & { readonly taken: Map<string, string> },
): Map<string, Seen> {
  const entries = new Map<string, Seen>();
  const look = { ignores, onSkip, hasInodes: keepsInodes(directory) };
  for (const disk of disks) {
    const seen = seeEntry(directory, disk, look);
    if (!seen) continue;
    const twin = taken.get(seen.name);
    if (twin === undefined) entries.set(seen.name, seen);
    else onSkip(join(directory, disk), SAME_NAME);
    // Only a name that is written in another form can have a double.
    if (disk !== seen.name || !isAscii(disk)) taken.set(seen.name, twin ?? disk);
  }
  return entries;
}

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);
