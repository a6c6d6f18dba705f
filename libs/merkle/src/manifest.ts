/**
 * The canonical bytes of one directory: its direct children only, so that changing one file changes
 * the manifests of its ancestors and nothing else (docs/wire.md, "Content hashes and manifests").
 */
import { Failure, type FileHash } from '@iwanto/wire';
import { type Blake3, DIGEST_BYTES } from './blake3.js';
import { LONE_SURROGATE, TARGET_BYTES_MAX, compareNames, nameProblem } from './names.js';
import { rootBytes } from './root-text.js';

/** "iwm" and the version of the format. */
export const MANIFEST_MAGIC = Uint8Array.of(0x69, 0x77, 0x6d, 0x01);
/** The most direct children of one directory (HOSTILE 68). */
export const MANIFEST_ENTRIES_MAX = 1_000_000;
/** The largest manifest, in bytes (HOSTILE 68). */
export const MANIFEST_BYTES_MAX = 268_435_456;

export interface FileEntry {
  readonly kind: 'file';
  readonly name: string;
  readonly size: number;
  readonly root: FileHash;
  readonly exec: boolean;
  /** Seconds since 1970, whole, negative before. */
  readonly mtimeSeconds: number;
}

export interface DirectoryEntry {
  readonly kind: 'directory';
  readonly name: string;
  /** The root of the directory's own manifest. */
  readonly root: FileHash;
  /** Bytes of all files below. */
  readonly bytes: number;
  /** Number of all files below. */
  readonly files: number;
}

export interface SymlinkEntry {
  readonly kind: 'symlink';
  readonly name: string;
  /** As written in the link. Nobody follows it: the receiver judges it. */
  readonly target: string;
}

export type ManifestEntry = FileEntry | DirectoryEntry | SymlinkEntry;

/** The byte that stands for each kind; there is none for devices or hard links (HOSTILE 63). */
export const ENTRY_KINDS = { file: 1, directory: 2, symlink: 3 } as const;

/** Bytes of an entry beside its name and target. */
const FIXED_BYTES = {
  file: 1 + 2 + 8 + DIGEST_BYTES + 1 + 8,
  directory: 1 + 2 + DIGEST_BYTES + 8 + 8,
  symlink: 1 + 2 + 2,
} as const;

const HEAD_BYTES = MANIFEST_MAGIC.length + 4;
const encoder = new TextEncoder();

/** The totals of one directory, from its manifest. */
export function manifestTotals(entries: readonly ManifestEntry[]): {
  bytes: number;
  files: number;
} {
  let bytes = 0;
  let files = 0;
  for (const entry of entries) {
    if (entry.kind === 'file') {
      bytes += entry.size;
      files += 1;
    } else if (entry.kind === 'directory') {
      bytes += entry.bytes;
      files += entry.files;
    }
  }
  return { bytes, files };
}

/** An entry that a manifest cannot contain: which and why. */
export function entryProblem(entry: ManifestEntry): string | undefined {
  const problem = nameProblem(entry.name);
  if (problem) return problem;
  if (entry.kind !== 'symlink') return undefined;
  if (entry.target === '' || entry.target.includes('\0')) return 'links to nothing';
  if (LONE_SURROGATE.test(entry.target)) return 'links to a path that is not Unicode';
  if (encoder.encode(entry.target).length > TARGET_BYTES_MAX) return 'links to too long a path';
  return undefined;
}

interface Encoded {
  readonly entry: ManifestEntry;
  readonly name: Uint8Array;
  readonly target: Uint8Array;
}

const encodedBytes = ({ entry, name, target }: Encoded) =>
  FIXED_BYTES[entry.kind] + name.length + target.length;

function checked(entry: ManifestEntry): Encoded {
  const problem = entryProblem(entry);
  if (problem) {
    throw new Failure('E_BAD_REQUEST', `The name ${JSON.stringify(entry.name)} ${problem}.`);
  }
  const target = entry.kind === 'symlink' ? entry.target : '';
  return { entry, name: encoder.encode(entry.name), target: encoder.encode(target) };
}

function writeEntry(bytes: Uint8Array, start: number, encoded: Encoded): void {
  const { entry, name, target } = encoded;
  const view = new DataView(bytes.buffer);
  view.setUint8(start, ENTRY_KINDS[entry.kind]);
  view.setUint16(start + 1, name.length);
  bytes.set(name, start + 3);
  const at = start + 3 + name.length;
  switch (entry.kind) {
    case 'file':
      view.setBigUint64(at, BigInt(entry.size));
      bytes.set(rootBytes(entry.root), at + 8);
      view.setUint8(at + 40, entry.exec ? 1 : 0);
      view.setBigInt64(at + 41, BigInt(entry.mtimeSeconds));
      return;
    case 'directory':
      bytes.set(rootBytes(entry.root), at);
      view.setBigUint64(at + 32, BigInt(entry.bytes));
      view.setBigUint64(at + 40, BigInt(entry.files));
      return;
    case 'symlink':
      view.setUint16(at, target.length);
      bytes.set(target, at + 2);
      return;
  }
}

/**
 * A manifest made part by part, so that a directory of a million entries need not be in memory as objects.
 * Entries come in the order of `compareNames`.
 */
export class ManifestBuilder {
  readonly #parts: Uint8Array[] = [];
  #count = 0;
  #length = HEAD_BYTES;
  #last: string | undefined;

  /** Failure E_BAD_REQUEST for a name that is not allowed or out of order, E_LIMIT for too many or too much. */
  add(entries: readonly ManifestEntry[]): void {
    this.#count += entries.length;
    if (this.#count > MANIFEST_ENTRIES_MAX) {
      throw new Failure('E_LIMIT', `A directory may have at most ${MANIFEST_ENTRIES_MAX} entries.`);
    }
    const encoded = entries.map((entry) => this.#inOrder(entry));
    const length = encoded.reduce((sum, one) => sum + encodedBytes(one), 0);
    this.#length += length;
    if (this.#length > MANIFEST_BYTES_MAX) {
      throw new Failure('E_LIMIT', `A manifest may have at most ${MANIFEST_BYTES_MAX} bytes.`);
    }
    const part = new Uint8Array(length);
    let at = 0;
    for (const one of encoded) {
      writeEntry(part, at, one);
      at += encodedBytes(one);
    }
    this.#parts.push(part);
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    bytes.set(MANIFEST_MAGIC);
    new DataView(bytes.buffer).setUint32(MANIFEST_MAGIC.length, this.#count);
    let at = HEAD_BYTES;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #inOrder(entry: ManifestEntry): Encoded {
    const order = this.#last === undefined ? -1 : compareNames(this.#last, entry.name);
    const name = JSON.stringify(entry.name);
    if (order === 0) throw new Failure('E_BAD_REQUEST', `Two entries are named ${name}.`);
    if (order > 0) throw new Failure('E_BAD_REQUEST', `The entry ${name} is out of order.`);
    this.#last = entry.name;
    return checked(entry);
  }
}

/**
 * The manifest of a directory with these direct children, in whatever order they come.
 * Failure E_BAD_REQUEST for a name that is not allowed or occurs twice, E_LIMIT for too many or too much.
 */
export function encodeManifest(entries: readonly ManifestEntry[]): Uint8Array {
  const builder = new ManifestBuilder();
  builder.add(entries.toSorted((one, other) => compareNames(one.name, other.name)));
  return builder.finish();
}

/** The root of the directory whose manifest these bytes are. Check it before parsing (HOSTILE 70). */
export function directoryRoot(blake3: Blake3, manifest: Uint8Array): FileHash {
  return blake3.keyedHex('directory', manifest) as FileHash;
}
