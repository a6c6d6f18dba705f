/** A stand-in for the indexer of a benchmark's host: knows one content and serves it over the local bus. */
import { createCipheriv } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BUS_BYTES_MAX, type Content } from '@iwanto/bus';
import {
  type Blake3,
  FileRootBuilder,
  type ManifestEntry,
  directoryRoot,
  encodeManifest,
  manifestTotals,
} from '@iwanto/merkle';
import { type FileHash, type Holder, type Kind, PIECE_BYTES } from '@iwanto/wire';

const DIGEST_BYTES = 32;

/** Bytes that look random, the same for the same seed. */
export function seededBytes(length: number, seed: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16, seed >> 8));
  return cipher.update(Buffer.alloc(length));
}

export interface Shown {
  readonly hash: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly size: number;
}

export class BenchShelf {
  readonly #contents = new Map<FileHash, Content>();
  readonly #digests = new Map<FileHash, Uint8Array>();
  readonly #manifests = new Map<FileHash, Uint8Array>();

  constructor(private readonly blake3: Blake3) {}

  /** A file of that size, written to `path`. */
  newFile(path: string, size: number, seed: number): Shown & { kind: 'file' } {
    for (let at = 0; at < size; at += 64 * PIECE_BYTES) {
      const bytes = seededBytes(Math.min(64 * PIECE_BYTES, size - at), seed + at / PIECE_BYTES);
      writeFileSync(path, bytes, { flag: at === 0 ? 'w' : 'a' });
    }
    return this.addFile(path);
  }

  /** A directory of small files, in folders of a hundred. */
  newDirectory(path: string, files: number): Shown {
    const folders: ManifestEntry[] = [];
    for (let first = 0; first < files; first += 100) {
      const name = `folder ${first / 100}`;
      mkdirSync(join(path, name), { recursive: true });
      const entries = Array.from({ length: Math.min(100, files - first) }, (_, at) => {
        const file = `file ${at}.bin`;
        const size = 4_096 + (((first + at) * 7_919) % 61_440);
        const { hash } = this.newFile(join(path, name, file), size, first + at + 1);
        return {
          kind: 'file',
          name: file,
          size,
          root: hash,
          exec: false,
          mtimeSeconds: 1,
        } as const;
      });
      folders.push({
        kind: 'directory',
        name,
        root: this.#addManifest(join(path, name), entries),
        ...manifestTotals(entries),
      });
    }
    const hash = this.#addManifest(path, folders);
    return { hash, kind: 'directory', name: 'many', size: manifestTotals(folders).bytes };
  }

  /** A shelf with the same claims, but other bytes in every file. */
  lyingWith(path: string, size: number): BenchShelf {
    const liar = new BenchShelf(this.blake3);
    const lie = liar.newFile(path, size, 99);
    const place = liar.#contents.get(lie.hash)!;
    for (const hash of this.#contents.keys()) liar.#contents.set(hash, { ...place, hash });
    for (const [hash, digests] of this.#digests) liar.#digests.set(hash, digests);
    return liar;
  }

  handlers(shown: Shown, holders: readonly Holder[]) {
    return {
      locate: () => ({ ...shown, holders: [...holders] }),
      'content.find': ({ hashes }: { hashes: FileHash[] }) => ({
        contents: hashes.flatMap((hash) => this.#contents.get(hash) ?? []),
      }),
      'content.digests': ({
        hash,
        first,
        count,
      }: {
        hash: FileHash;
        first: number;
        count: number;
      }) => ({
        digests: this.#digests
          .get(hash)!
          .subarray(first * DIGEST_BYTES, (first + count) * DIGEST_BYTES),
      }),
      'content.manifest': ({ hash, offset }: { hash: FileHash; offset: number }) => {
        const manifest = this.#manifests.get(hash)!;
        const bytes = manifest.subarray(offset, offset + BUS_BYTES_MAX);
        return { bytes, manifestBytes: manifest.length };
      },
    };
  }

  #addManifest(path: string, entries: readonly ManifestEntry[]): FileHash {
    const manifest = encodeManifest(entries);
    const hash = directoryRoot(this.blake3, manifest);
    this.#manifests.set(hash, manifest);
    this.#contents.set(hash, { kind: 'directory', hash, manifestBytes: manifest.length, path });
    return hash;
  }

  /** A file that is there already. */
  addFile(path: string): Shown & { kind: 'file' } {
    const { size: length } = statSync(path);
    const builder = new FileRootBuilder(this.blake3);
    const digests: Uint8Array[] = [];
    const piece = Buffer.alloc(PIECE_BYTES);
    const fd = openSync(path, 'r');
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const digest = this.blake3.hash(piece.subarray(0, readSync(fd, piece, 0, PIECE_BYTES, at)));
      digests.push(digest);
      builder.push(digest);
    }
    closeSync(fd);
    const hash = builder.finish(length);
    const stat = statSync(path, { bigint: true });
    this.#contents.set(hash, {
      ...{ kind: 'file', hash, path, size: length },
      ...{ device: String(stat.dev), inode: String(stat.ino) },
      ...{ mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) },
    });
    this.#digests.set(hash, Buffer.concat(digests));
    return { hash, kind: 'file', name: basename(path), size: length };
  }
}
