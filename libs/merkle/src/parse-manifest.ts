/** Reads a manifest from an untrusted peer: either it is canonical to the last byte or it is refused as a whole. */
import { Failure, type FileHash, reasonOf } from '@iwanto/wire';
import { DIGEST_BYTES } from './blake3.js';
import {
  ENTRY_KINDS,
  MANIFEST_BYTES_MAX,
  MANIFEST_ENTRIES_MAX,
  MANIFEST_MAGIC,
  type ManifestEntry,
  entryProblem,
  manifestTotals,
} from './manifest.js';
import { compareNames } from './names.js';
import { rootText } from './root-text.js';

const refuse = (why: string) =>
  new Failure('E_VERIFY', `The directory's manifest is refused: ${why}.`);

/** Walks over the bytes; every step checks that there are enough left. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get bytesLeft(): number {
    return this.#bytes.length - this.#at;
  }

  #step(bytes: number): number {
    if (bytes > this.bytesLeft) throw refuse('it ends in the middle of an entry');
    this.#at += bytes;
    return this.#at - bytes;
  }

  take(bytes: number): Uint8Array {
    const from = this.#step(bytes);
    return this.#bytes.subarray(from, from + bytes);
  }

  byte(): number {
    return this.#view.getUint8(this.#step(1));
  }

  count(): number {
    return this.#view.getUint32(this.#step(4));
  }

  #safe(value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw refuse('a number in it is too large');
    return number;
  }

  size(): number {
    return this.#safe(this.#view.getBigUint64(this.#step(8)));
  }

  time(): number {
    return this.#safe(this.#view.getBigInt64(this.#step(8)));
  }

  root(): FileHash {
    return rootText(this.take(DIGEST_BYTES));
  }

  text(): string {
    const bytes = this.take(this.#view.getUint16(this.#step(2)));
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      throw refuse(`a text in it is not UTF-8 (${reasonOf(error)})`);
    }
  }
}

function readFile(reader: Reader, name: string): ManifestEntry {
  const size = reader.size();
  const root = reader.root();
  const flags = reader.byte();
  if (flags > 1) throw refuse(`${JSON.stringify(name)} has unknown flags`);
  return { kind: 'file', name, size, root, exec: flags === 1, mtimeSeconds: reader.time() };
}

function readEntry(reader: Reader): ManifestEntry {
  const kind = reader.byte();
  const name = reader.text();
  switch (kind) {
    case ENTRY_KINDS.file:
      return readFile(reader, name);
    case ENTRY_KINDS.directory:
      return {
        kind: 'directory',
        name,
        root: reader.root(),
        bytes: reader.size(),
        files: reader.size(),
      };
    case ENTRY_KINDS.symlink:
      return { kind: 'symlink', name, target: reader.text() };
    default:
      throw refuse(`${JSON.stringify(name)} is of unknown kind ${kind}`);
  }
}

function readHead(reader: Reader): number {
  const magic = reader.take(MANIFEST_MAGIC.length);
  if (magic.some((byte, at) => byte !== MANIFEST_MAGIC[at])) {
    throw refuse('it does not begin with "iwm" and version 1');
  }
  const count = reader.count();
  if (count > MANIFEST_ENTRIES_MAX) throw refuse(`${count} entries are too many`);
  return count;
}

/**
 * The entries of a manifest, in its order.
 * Failure E_VERIFY for anything that is not canonical, unsafe as a name, twice there, too large, cut or too long.
 * What only a file system can tell - names that collide there, room on the disk - is the caller's to check.
 */
export function parseManifest(bytes: Uint8Array): ManifestEntry[] {
  if (bytes.length > MANIFEST_BYTES_MAX) throw refuse(`${bytes.length} bytes are too many`);
  const reader = new Reader(bytes);
  const count = readHead(reader);
  const entries: ManifestEntry[] = [];
  for (let at = 0; at < count; at += 1) {
    const entry = readEntry(reader);
    const problem = entryProblem(entry);
    if (problem) throw refuse(`the name ${JSON.stringify(entry.name)} ${problem}`);
    const before = entries.at(-1);
    if (before && compareNames(before.name, entry.name) >= 0) {
      throw refuse(`${JSON.stringify(entry.name)} is out of order or there twice`);
    }
    entries.push(entry);
  }
  if (reader.bytesLeft > 0) throw refuse('bytes follow its last entry');
  const totals = manifestTotals(entries);
  if (!Number.isSafeInteger(totals.bytes) || !Number.isSafeInteger(totals.files)) {
    throw refuse('its sizes add up to more than can be counted');
  }
  return entries;
}
