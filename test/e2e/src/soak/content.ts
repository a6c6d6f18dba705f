/** What is on a disk, determined without any code of the program under test: a walk, and hashes of the slow second implementation. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Written from docs/wire.md and the BLAKE3 paper alone; plain JavaScript that no project builds. */
interface SlowTwin {
  fileRoot(bytes: Uint8Array): string;
  manifest(entries: readonly object[]): Uint8Array;
  directoryRoot(bytes: Uint8Array): string;
}

const TWIN = new URL('../../../../libs/merkle/vectors/slow-twin.mjs', import.meta.url);
const twin = (await import(TWIN.href)) as SlowTwin;

const MS_PER_SECOND = 1_000;
const OWNER_MAY_RUN = 0o100;

export interface Item {
  readonly kind: 'file' | 'directory';
  readonly hash: string;
  /** Bytes of the file, or of all files below the directory. */
  readonly size: number;
}

/** Cached hashes of unchanged files: that implementation is slow. */
const known = new Map<string, string>();
const KNOWN_MAX = 5_000;

function fileHash(path: string): string {
  const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true });
  const key = [dev, ino, size, ctimeNs].join(' ');
  const hash = known.get(key) ?? twin.fileRoot(readFileSync(path));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, hash);
  return hash;
}

/** What is at a path. Everything below a directory is put into `all`, under its path there. */
export function itemAt(path: string, all = new Map<string, Item>(), inside = ''): Item {
  const stat = statSync(path);
  if (!stat.isDirectory()) return { kind: 'file', hash: fileHash(path), size: stat.size };
  let bytes = 0;
  // What is hidden is neither shared nor fetched: unfinished files of downloads.
  const names = readdirSync(path).filter((name) => !name.startsWith('.'));
  const entries = names.map((name) => {
    const item = itemAt(join(path, name), all, `${inside}${name}/`);
    all.set(`${inside}${name}`, item);
    const { hash: root, kind, size } = item;
    const { mode, mtimeMs } = statSync(join(path, name));
    bytes += size;
    if (kind === 'directory') {
      return { kind, name, root, bytes: size, files: filesBelow(join(path, name)) };
    }
    const exec = (mode & OWNER_MAY_RUN) !== 0;
    return { kind, name, size, root, exec, mtimeSeconds: Math.floor(mtimeMs / MS_PER_SECOND) };
  });
  return { kind: 'directory', hash: twin.directoryRoot(twin.manifest(entries)), size: bytes };
}

const filesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;

/** Everything below a folder, by its path there. */
export function itemsBelow(folder: string): Map<string, Item> {
  const all = new Map<string, Item>();
  itemAt(folder, all);
  return all;
}
