/** What lies in one directory on disk: files with their identity, directories, symlinks, and what has to be skipped. */
import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { entryProblem, nameProblem } from '@iwanto/merkle';
import { type FileIdentity, identityOf } from './identity.js';

/** Entries looked at before other work gets its turn: some ms. */
const TURN_ENTRIES = 512;

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
export type Seen = SeenFile | SeenDirectory | SeenSymlink;

/** Whether a name is to be left out without a word. */
export type Ignores = (name: string, isDirectory: boolean) => boolean;
/** Told of each entry that should be shared but cannot. */
export type OnSkip = (path: string, why: string) => void;

const OWNER_EXECUTES = 0o100n;

/** One entry, or undefined where there is none, or none that is shared. */
export function seeEntry(
  directory: string,
  disk: string,
  ignores: Ignores,
  onSkip: OnSkip,
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
    // Sockets, FIFOs and devices are nothing one could share, and never opened (HOSTILE 77).
    if (!stats.isFile()) return undefined;
    return {
      kind: 'file',
      name,
      disk,
      identity: identityOf(stats),
      size: Number(stats.size),
      exec: (stats.mode & OWNER_EXECUTES) !== 0n,
      mtimeSeconds: Number(stats.mtimeNs / 1_000_000_000n) - (stats.mtimeNs < 0n ? 1 : 0),
      ctimeMs: Number(stats.ctimeMs),
    };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // What vanishes between readdir and lstat, or whose parent did, is simply not there (HOSTILE 79).
    if (code !== 'ENOENT' && code !== 'ENOTDIR') onSkip(path, message);
    return undefined;
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

/** A directory as it is now, or why it cannot be read. */
export type Listing =
  | { readonly entries: ReadonlyMap<string, Seen> }
  | { readonly failed: 'vanished' | 'unreadable'; readonly reason: string };

/** Lists a directory, giving other work its turn now and then. */
export async function listDirectory(
  directory: string,
  ignores: Ignores,
  onSkip: OnSkip,
): Promise<Listing> {
  const names = readNames(directory, onSkip);
  if ('failed' in names) return names;
  const entries = new Map<string, Seen>();
  let looked = 0;
  for (const disk of names.names) {
    looked += 1;
    if (looked % TURN_ENTRIES === 0) await nextTurn();
    const seen = seeEntry(directory, disk, ignores, onSkip);
    if (!seen) continue;
    const twin = entries.get(seen.name);
    if (twin) onSkip(join(directory, disk), `${twin.disk} has the same name in normal form C`);
    else entries.set(seen.name, seen);
  }
  return { entries };
}

function readNames(
  directory: string,
  onSkip: OnSkip,
): { names: string[] } | Extract<Listing, { failed: string }> {
  try {
    const names = readdirSync(directory, { encoding: 'buffer' }).filter((bytes) => {
      if (isUtf8(bytes)) return true;
      // Shown in hex: the text form of such a name is not the name (HOSTILE 65).
      onSkip(join(directory, `<${bytes.toString('hex')}>`), 'its name is not UTF-8');
      return false;
    });
    return { names: names.map(String).sort() };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
    return { failed: isAbsent ? 'vanished' : 'unreadable', reason: message };
  }
}
