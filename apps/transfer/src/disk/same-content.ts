/** Whether what is on the disk is the content that a hash names. */
import { type BigIntStats, type Stats, close, constants, open, read } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Blake3,
  FileRootBuilder,
  type ManifestEntry,
  directoryRoot,
  encodeManifest,
  manifestTotals,
} from '@iwanto/merkle';
import { type FileHash, type Kind, PIECE_BYTES } from '@iwanto/wire';
import { type Plan, pathIn } from './planned.js';
import { treeOnDisk } from './tree-on-disk.js';

const openFile = promisify(open);
const closeFile = promisify(close);
const readAt = promisify(read);

/** Never through a link; never waiting for a FIFO's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface SoughtContent {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly bytes: number;
}

/** True when `path` holds exactly that content. A file or directory that cannot be read is not the same. */
export async function isSameContent(
  blake3: Blake3,
  path: string,
  { root, kind, bytes }: SoughtContent,
): Promise<boolean> {
  try {
    const stat = await lstat(path);
    if (kind === 'file') {
      return (
        stat.isFile() && stat.size === bytes && (await rootOfFile(blake3, path, bytes)) === root
      );
    }
    return stat.isDirectory() && (await rootOfDirectory(blake3, path)).root === root;
  } catch {
    return false;
  }
}

/** The root of the first `size` bytes of a file, which is never reached through a link. */
export async function rootOfFile(blake3: Blake3, path: string, size: number): Promise<FileHash> {
  const fd = await openFile(path, READ_FLAGS);
  try {
    const builder = new FileRootBuilder(blake3);
    const body = new Uint8Array(PIECE_BYTES);
    for (let at = 0; at < size; at += PIECE_BYTES) {
      const { bytesRead } = await readAt(fd, body, 0, Math.min(PIECE_BYTES, size - at), at);
      builder.push(blake3.hash(body.subarray(0, bytesRead)));
    }
    return builder.finish(size);
  } finally {
    await closeFile(fd);
  }
}

interface Rooted {
  readonly root: FileHash;
  readonly bytes: number;
  readonly files: number;
}

/** True when a directory holds the names, sizes and bytes of a plan: times and modes are what some disks do not store. */
export async function isSameTree(blake3: Blake3, top: string, plan: Plan): Promise<boolean> {
  const files = new Map(plan.files.map((file) => [pathIn(file.folder, file.name), file]));
  const links = new Map(plan.links.map((link) => [pathIn(link.folder, link.name), link.target]));
  const folders = new Set(plan.folders);
  let left = files.size + links.size + folders.size;
  try {
    for await (const found of treeOnDisk(top)) {
      left -= 1;
      if (found.kind === 'directory' && folders.has(found.path)) continue;
      if (found.kind === 'symlink' && links.get(found.path) === found.target) continue;
      const file = found.kind === 'file' ? files.get(found.path) : undefined;
      if (!file || found.kind !== 'file' || file.size !== found.size) return false;
      if ((await rootOfFile(blake3, join(top, found.path), file.size)) !== file.root) return false;
    }
    return left === 0;
  } catch {
    return false;
  }
}

/** The manifests of a directory and of all below it, by root. Rejects if it is not the content that `root` names. */
export async function manifestsBelow(
  blake3: Blake3,
  path: string,
  root: FileHash,
): Promise<Map<FileHash, Uint8Array>> {
  const manifests: Manifests = new Map();
  const found = await rootOfDirectory(blake3, path, manifests);
  if (found.root !== root) throw new Error(`${path} is not ${root} any more`);
  return manifests;
}

type Manifests = Map<FileHash, Uint8Array>;

async function rootOfDirectory(
  blake3: Blake3,
  path: string,
  manifests?: Manifests,
): Promise<Rooted> {
  const entries: ManifestEntry[] = [];
  for (const name of await readdir(path)) {
    entries.push(await entryOf(blake3, join(path, name), name, manifests));
  }
  const manifest = encodeManifest(entries);
  const root = directoryRoot(blake3, manifest);
  manifests?.set(root, manifest);
  return { root, ...manifestTotals(entries) };
}

async function entryOf(
  blake3: Blake3,
  path: string,
  name: string,
  manifests: Manifests | undefined,
): Promise<ManifestEntry> {
  const stat = await lstat(path, { bigint: true });
  if (stat.isSymbolicLink()) return { kind: 'symlink', name, target: await readlink(path) };
  if (stat.isDirectory()) {
    return { kind: 'directory', name, ...(await rootOfDirectory(blake3, path, manifests)) };
  }
  const size = Number(stat.size);
  const root = await rootOfFile(blake3, path, size);
  return {
    kind: 'file',
    name,
    size,
    root,
    exec: isExecutable(stat),
    mtimeSeconds: secondsOf(stat),
  };
}

/** The exec bit of a manifest is the owner's. */
const isExecutable = (stat: Stats | BigIntStats) => (Number(stat.mode) & 0o100) !== 0;

/** Whole seconds, rounded down, also before 1970. */
const secondsOf = (stat: BigIntStats) => Math.floor(Number(stat.mtimeNs) / 1e9);
