/** The entries of shared directories, parsed once for all requests for packs of their files. */
import { type ManifestEntry, parseManifest } from '@iwanto/merkle';
import { type FileHash, PIECE_BYTES } from '@iwanto/wire';
import type { ContentLookup } from './content-lookup.js';

/** Bytes of manifests kept parsed; the ones used longest ago are forgotten. */
const BYTES_KEPT_MAX = 8_388_608;

export type FileEntry = Extract<ManifestEntry, { kind: 'file' }>;

interface Kept {
  readonly bytes: number;
  readonly entries: Promise<readonly ManifestEntry[]>;
}

export class ManifestEntries {
  readonly #kept = new Map<FileHash, Kept>();
  #bytesKept = 0;

  constructor(private readonly contents: Pick<ContentLookup, 'manifest'>) {}

  entries(root: FileHash, manifestBytes: number): Promise<readonly ManifestEntry[]> {
    const known = this.#kept.get(root);
    if (known) {
      this.#kept.delete(root);
      this.#kept.set(root, known);
      return known.entries;
    }
    const entries = this.#parse(root, manifestBytes);
    entries.catch(() => this.#forget(root));
    this.#kept.set(root, { bytes: manifestBytes, entries });
    this.#bytesKept += manifestBytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytesKept <= BYTES_KEPT_MAX || oldest === root) break;
      this.#forget(oldest);
    }
    return entries;
  }

  async #parse(root: FileHash, manifestBytes: number): Promise<readonly ManifestEntry[]> {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < manifestBytes; from += PIECE_BYTES) {
      parts.push(await this.contents.manifest(root, from, PIECE_BYTES));
    }
    return parseManifest(Buffer.concat(parts));
  }

  #forget(root: FileHash): void {
    const kept = this.#kept.get(root);
    this.#kept.delete(root);
    this.#bytesKept -= kept?.bytes ?? 0;
  }
}
