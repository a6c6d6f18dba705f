/** The rows of the transfer service's journal, as stored in SQLite. */
import type { FileHash, Kind } from '@iwanto/wire';

export interface DownloadRow {
  hash: FileHash;
  kind: Kind;
  name: string;
  bytes: number;
  files: number;
  folder: string;
  overwrite: number;
  bytesDone: number;
  failure: string | null;
  paused: number;
  confirmed: number;
  only: string | null;
  bytesPerSecondMax: number | null;
  reseed: number;
  ofGroup: number;
}

export interface ClaimRow {
  hash: FileHash;
  path: string;
  inode: string;
  ctimeNs: string;
  verified: Uint8Array;
}

export interface PlacedRow {
  path: string;
  hash: FileHash;
  kind: Kind;
  bytes: number;
  files: number;
  placedMs: number;
  stamp: string;
  sources: string;
  listing: Uint8Array | null;
}

export interface MountRow {
  folder: string;
  mountPoint: string;
}

/** A content that was fetched and is served to others. */
export interface HeldRow {
  hash: FileHash;
  kind: Kind;
  name: string;
  bytes: number;
  /** Its real path on this host. */
  path: string;
  /** Inode, size and times when it was completed. */
  stamp: string;
  /** Packed; null if they can be read back from the disk. */
  manifests: Uint8Array | null;
}

export interface TransferTables {
  held: HeldRow;
  download: DownloadRow;
  claim: ClaimRow;
  placed: PlacedRow;
  mount: MountRow;
}
