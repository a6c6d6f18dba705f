/** The manifests of a directory tree in one compact buffer, for disks from which they cannot be reproduced. */
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { type Blake3, MANIFEST_BYTES_MAX, directoryRoot } from '@iwanto/merkle';
import type { FileHash } from '@iwanto/wire';

const pack = promisify(deflate);
const unpack = promisify(inflate);

/** The largest total of all manifests of one tree, in bytes: as much as one download may fetch of them. */
const UNPACKED_BYTES_MAX = 2 * MANIFEST_BYTES_MAX;
const LENGTH_BYTES = 4;

export function packManifests(manifests: ReadonlyMap<FileHash, Uint8Array>): Promise<Uint8Array> {
  const parts = [...manifests.values()].flatMap((manifest) => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(manifest.length);
    return [length, manifest];
  });
  return pack(Buffer.concat(parts));
}

/** What `packManifests` made, as stored in our own database; each under its root. */
export async function unpackManifests(
  blake3: Blake3,
  packed: Uint8Array,
): Promise<Map<FileHash, Uint8Array>> {
  const bytes = await unpack(packed, { maxOutputLength: UNPACKED_BYTES_MAX });
  const manifests = new Map<FileHash, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const from = at + LENGTH_BYTES;
    at = from + bytes.readUInt32BE(at);
    const manifest = bytes.subarray(from, at);
    manifests.set(directoryRoot(blake3, manifest), manifest);
  }
  return manifests;
}
