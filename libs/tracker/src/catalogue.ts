/** What a tracker holds of one peer, and how much that may be. */
import type { Bucket, CatalogId, PeerId } from '@iwanto/wire';
import type { LeftOut } from './left-out.js';
import type { Part } from './shelf.js';

/** Bytes that the paths of one peer may have together; the excess is left out (HOSTILE 49). */
export const PEER_PATH_BYTES_MAX = 1_073_741_824;
/** What was left out is requested again when this share of the limit, or space for all of it, is free. */
const REFILL_SHARE = 0.01;
/** How far the tracker holds one peer's catalogue. */
export interface Held {
  readonly catalogId: CatalogId | null;
  readonly revision: number;
  /** Entries left out because the peer has too many; absent if none is. */
  readonly leftOut?: number | undefined;
}

/** One line of the book. */
export interface PeerLine extends Held {
  readonly peer: PeerId;
  readonly files: number;
  /** False while parts of a catalogue are still to come. */
  readonly whole: boolean;
  readonly leftOut: number;
  /** When the peer last announced a change, on the caller's clock. */
  readonly heardMs: number;
}

/** A peer that left and is remembered. */
export interface LeftLine {
  readonly peer: PeerId;
  /** When it left, on the caller's calendar. */
  readonly leftMs: number;
}

/** What is held of one peer. */
export interface Catalogue {
  readonly peer: PeerId;
  /** Null if only its lines are known, from an earlier tracker: nothing can be added to these. */
  readonly catalogId: CatalogId | null;
  readonly part: Part;
  revision: number;
  whole: boolean;
  readonly leftOut: LeftOut;
  heardMs: number;
  /** Small changes that are still allowed. */
  changes: Bucket | undefined;
  /** When its peer left; undefined while it is here. */
  leftMs: number | undefined;
}

export interface CatalogueLimits {
  readonly entriesMax: number;
  readonly pathBytesMax: number;
}

/** True if another entry, under a path that is not held yet, is one too many. */
export const hasNoRoom = ({ part }: Catalogue, path: string, limits: CatalogueLimits): boolean =>
  part.rows.size >= limits.entriesMax || part.pathBytes + path.length > limits.pathBytesMax;

/** True if so much of the space is free again that what was left out is worth asking for. */
export function canRefill({ leftOut, part }: Catalogue, limits: CatalogueLimits): boolean {
  const wanted = Math.min(leftOut.count, Math.ceil(limits.entriesMax * REFILL_SHARE));
  return (
    wanted > 0 &&
    part.rows.size + wanted <= limits.entriesMax &&
    part.pathBytes <= limits.pathBytesMax * (1 - REFILL_SHARE)
  );
}

/**
 * Asks for the whole catalogue again, on top of what is held: what is known already changes nothing. What is
 * removed meanwhile has a later revision than any entry that is held, so it comes after them.
 */
export function refill(catalogue: Catalogue): void {
  catalogue.revision = 0;
  catalogue.whole = false;
  catalogue.leftOut.clear();
}
