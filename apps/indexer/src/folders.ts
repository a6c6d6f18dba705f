/** Which folders are shared: reconciles the configuration, the catalogue and the disk. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Paths, absentFolder, isWithin, refuseOverlap } from '@iwanto/service';
import { Failure, codeOf, reasonOf } from '@iwanto/wire';
import type { Catalogue, SharedFolder } from './catalogue/catalogue.js';
import { kernelMounts, mountOf, readMounts } from './disk/mounts.js';
import type { Indexing } from './indexing.js';

/** The shared folders while the service runs. */
export interface Folders {
  readonly catalogue: Catalogue;
  readonly indexing: Indexing;
}

/** The real path; of what does not exist, the path as written. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    const code = codeOf(cause);
    const message = reasonOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return resolve(path);
    throw new Failure('E_BAD_PATH', `${path} cannot be used: ${message}.`);
  }
}

/** The places that belong to this program alone, by their real paths: everything there, backups included; and those of the kernel. */
export interface PrivatePlaces {
  /** Left out of every shared folder that contains them. */
  readonly hidden: readonly string[];
  /** Nothing in them may be shared. A home of its own (IWANT_HOME) holds the default shared folder, so it is not among them. */
  readonly closed: readonly string[];
}

export function privatePlacesOf(paths: Paths): PrivatePlaces {
  const holders = [dirname(paths.keysFile), dirname(paths.configFile)];
  const places = [...holders, paths.dataDir, paths.logDir, paths.runDir];
  const own = [...new Set(places.map(realPathOf))];
  const kernel = kernelMounts(readMounts()).map(({ path }) => path);
  const shared = realPathOf(paths.defaultShareDir);
  const closed = own.filter((place) => !isWithin(place, shared));
  return { hidden: [...own, ...kernel], closed };
}

function refusePrivate(path: string, real: string, { hidden, closed }: PrivatePlaces): void {
  refuseKernel(path, real);
  if (!hidden.includes(real) && !closed.some((place) => isWithin(place, real))) return;
  const sentence = `${path} belongs to iwanto itself and may hold its keys: share another folder.`;
  throw new Failure('E_BAD_PATH', sentence);
}

/** A folder that can be shared, by its real path; E_BAD_PATH says why another one cannot. */
export function checkedFolder(
  path: string,
  shared: readonly string[],
  places: PrivatePlaces,
): string {
  const real = realPathOf(path);
  const stats = statSync(real, { throwIfNoEntry: false });
  if (!stats) throw absentFolder(path);
  if (!stats.isDirectory()) {
    throw new Failure('E_BAD_PATH', `${path} is not a folder: share the folder that contains it.`);
  }
  refuseUnreadable(path, real);
  refusePrivate(path, real, places);
  for (const other of shared) {
    if (other === real) continue;
    if (isWithin(other, real)) {
      throw new Failure('E_BAD_PATH', `${path} is already shared, as part of ${other}.`);
    }
    if (isWithin(real, other)) {
      throw new Failure('E_BAD_PATH', `${path} contains ${other}: stop sharing that one first.`);
    }
  }
  return real;
}

function refuseUnreadable(path: string, real: string): void {
  try {
    accessSync(real, constants.R_OK | constants.X_OK);
  } catch {
    throw new Failure('E_BAD_PATH', `${path} cannot be read: allow it with "chmod u+rx".`);
  }
}

function refuseKernel(path: string, real: string): void {
  const mount = mountOf(readMounts(), real);
  if (!mount || kernelMounts([mount]).length === 0) return;
  const sentence = `${path} is not on a disk (${mount.type}): its files exist only while they are read. Share another folder.`;
  throw new Failure('E_BAD_PATH', sentence);
}

/** The name the network sees: that of the folder, told apart from others of that name. */
function freeName(catalogue: Catalogue, diskPath: string): string {
  const plain = (basename(diskPath) || 'root').normalize('NFC').replaceAll('\\', '_');
  const taken = new Set(catalogue.folders.map(({ path }) => path));
  let name = plain;
  for (let at = 2; taken.has(name); at += 1) name = `${plain} (${at})`;
  return name;
}

/** Shares one more folder; resolves when it was scanned once. */
export function shareFolder({ catalogue, indexing }: Folders, diskPath: string): Promise<void> {
  return indexing.addFolder(catalogue.addFolder(freeName(catalogue, diskPath), diskPath));
}

export function unshareFolder({ catalogue, indexing }: Folders, folder: SharedFolder): void {
  indexing.removeFolder(folder);
  catalogue.removeFolder(folder);
}

/** At the start: what is configured is shared, what is no longer configured is not. */
export function shareConfigured(
  folders: Folders,
  configured: readonly string[],
  places: PrivatePlaces,
): void {
  const real = configured.map(realPathOf);
  for (const path of real) refusePrivate(path, path, places);
  const wanted = new Set(real);
  for (const folder of folders.catalogue.folders) {
    if (wanted.delete(folder.diskPath)) void folders.indexing.addFolder(folder);
    else folders.catalogue.removeFolder(folder);
  }
  for (const diskPath of wanted) void shareFolder(folders, diskPath);
}

/** While running: shares what the configuration names now and ends what it no longer names; refuses it as a whole. */
export async function reshare(
  folders: Folders,
  paths: Paths,
  { share, downloadDir }: { share: readonly string[]; downloadDir: string },
): Promise<void> {
  await refuseOverlap(share, downloadDir);
  const places = privatePlacesOf(paths);
  const wanted = new Set(share.map(realPathOf));
  for (const path of wanted) refusePrivate(path, path, places);
  for (const folder of [...folders.catalogue.folders]) {
    if (!wanted.delete(folder.diskPath)) unshareFolder(folders, folder);
  }
  for (const diskPath of wanted) void shareFolder(folders, diskPath);
}
