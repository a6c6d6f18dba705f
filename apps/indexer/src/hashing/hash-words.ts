/** The messages between the indexer and its hashing threads. */
import type { FileHash } from '@iwanto/wire';
import type { FileIdentity } from '../disk/identity.js';

/** Files above this size, in bytes, are hashed in slices, so that small ones pass them on the way. */
export const SLICE_BYTES = 67_108_864;

/** A file to hash: as last seen, so that a change in the meantime is noticed. */
export interface HashJob {
  readonly id: number;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly size: number;
}

/** Why a file could not be hashed. */
export type HashRefusal = 'changed' | 'vanished' | 'unreadable' | 'irregular';

export type HashResult =
  | { readonly id: number; readonly root: FileHash; readonly digests: Uint8Array }
  | { readonly id: number; readonly refused: HashRefusal; readonly reason: string };

/** To a thread: hash these, or stop hashing that one. */
export type HashOrder =
  | { readonly type: 'hash'; readonly jobs: readonly HashJob[] }
  | { readonly type: 'cancel'; readonly id: number };

/** From a thread: bytes done since its last message, and results. */
export type HashReport =
  | { readonly type: 'progress'; readonly bytes: number }
  | { readonly type: 'done'; readonly results: readonly HashResult[] };
