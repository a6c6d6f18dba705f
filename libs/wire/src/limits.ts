/** Limits that hold in several rooms: each has one meaning, at the owner, at the tracker and at the downloader. */

/** The most components of a path, counting the shared folder's name and the name of the file or directory itself. */
export const PATH_COMPONENTS_MAX = 64;
/** The longest share-relative path, in UTF-8 bytes, counting the shared folder's name. */
export const PATH_BYTES_MAX = 4_096;
/** The longest component of a path, in UTF-8 bytes: what common file systems keep. */
export const COMPONENT_BYTES_MAX = 255;
/** Entries of a catalogue that a tracker keeps per peer. */
export const PEER_ENTRIES_MAX = 10_000_000;

/** How deep and how long a path is. */
export interface PathExtent {
  readonly components: number;
  readonly bytes: number;
}

/** Why a path of that extent is not shared, tracked or fetched, as the end of a sentence; undefined if it fits. */
export function pathProblem({ components, bytes }: PathExtent): string | undefined {
  if (components > PATH_COMPONENTS_MAX) {
    return `is nested more than ${PATH_COMPONENTS_MAX} levels deep`;
  }
  return bytes > PATH_BYTES_MAX ? `has a path of more than ${PATH_BYTES_MAX} bytes` : undefined;
}

/** UTF-8 length without encoding; a lone surrogate counts as the three bytes it would become. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    const pair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    bytes += unit < 0x800 ? 1 : 2;
    if (pair) at += 1;
  }
  return bytes;
}

/** The extent of a share-relative path. */
export function pathExtent(path: string): PathExtent {
  let components = 1;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) components += 1;
  return { components, bytes: utf8Bytes(path) };
}

/** The extent of a child. */
export function extentBelow({ components, bytes }: PathExtent, name: string): PathExtent {
  return { components: components + 1, bytes: bytes + 1 + utf8Bytes(name) };
}
