/** What goes into the state machine of a download, what comes out of it, and the limits it keeps. */
import type { PeerId, Refusal } from '@iwanto/wire';

/** One piece: which file of the download, and which piece of that file, both from 0. */
export interface PieceAt {
  readonly file: number;
  readonly index: number;
}

/** One file to fetch. Files are numbered in the order in which they are added, from 0. */
export interface WantedFile {
  /** Size in bytes; the number of pieces follows from it. */
  readonly bytes: number;
  /** Pieces that are on disk already (verified before, by hash). */
  readonly have?: readonly number[];
  /** Its pieces cannot be verified yet: none of it is requested until it is released. */
  readonly isHeldBack?: boolean;
}

/** All inputs of a download. `nowMs` comes from a clock that never runs backwards. */
export type SwarmInput =
  | { readonly type: 'filesAdded'; readonly nowMs: number; readonly files: readonly WantedFile[] }
  /** A file that was held back can now be verified; `have` is on disk already. */
  | {
      readonly type: 'fileReleased';
      readonly nowMs: number;
      readonly file: number;
      readonly have: readonly number[];
    }
  /** No more files will be added: from now on the download can complete. */
  | { readonly type: 'allAdded'; readonly nowMs: number }
  /**
   * A source that has everything, or, with `isPartial`, only what it says later. One of these that has `probablyAll`
   * is asked for one piece before it says so.
   */
  | {
      readonly type: 'sourceAdded';
      readonly nowMs: number;
      readonly source: PeerId;
      readonly isPartial?: boolean;
      readonly probablyAll?: boolean;
    }
  /** Pieces that a source has besides those it named before, numbered across all files; or all. */
  | {
      readonly type: 'sourceHas';
      readonly nowMs: number;
      readonly source: PeerId;
      readonly pieces: readonly number[] | 'all';
    }
  /** `isForged`: its line ended because of something that it cannot have sent by mistake. */
  | {
      readonly type: 'sourceLost';
      readonly nowMs: number;
      readonly source: PeerId;
      readonly isForged?: boolean;
    }
  /** Pieces that somebody waits for, numbered across all files: these and no others, the soonest needed first. */
  | { readonly type: 'hurry'; readonly nowMs: number; readonly pieces: readonly number[] }
  /** Pieces that were there and are no longer, numbered across all files. */
  | { readonly type: 'piecesForgotten'; readonly nowMs: number; readonly pieces: readonly number[] }
  /** `ok`: verified and written. `bad`: the bytes are not those that the digest names. */
  | ({
      readonly type: 'pieceArrived';
      readonly nowMs: number;
      readonly source: PeerId;
      readonly verdict: 'ok' | 'bad';
    } & PieceAt)
  | ({
      readonly type: 'refused';
      readonly nowMs: number;
      readonly source: PeerId;
      readonly reason: Refusal;
    } & PieceAt)
  | { readonly type: 'tick'; readonly nowMs: number };

/** Why a source is banned: it sent wrong bytes, or refused too often. */
export type BanReason = 'badPiece' | 'strikes';

/** All outputs of a download. */
export type SwarmOutput =
  | ({ readonly type: 'request'; readonly source: PeerId } & PieceAt)
  /** Never use this source again for this download. It is already forgotten. */
  | { readonly type: 'ban'; readonly source: PeerId; readonly reason: BanReason }
  /** Close the line to this source: it did not deliver in time. It may be added again later. */
  | { readonly type: 'drop'; readonly source: PeerId }
  | { readonly type: 'fileDone'; readonly file: number }
  /** Something is missing and nobody is left to ask for it (true), or somebody is again. */
  | { readonly type: 'starving'; readonly isStarving: boolean }
  | { readonly type: 'done' };

export interface SwarmOptions {
  readonly limits?: SwarmLimits;
  /** Any number, a different one for each download on the network; 0 begins at the first piece. */
  readonly seed?: number;
  /** Who downloads: the ids decide which of the peers that download at the same time fetches which piece from outside. */
  readonly self?: PeerId;
  /** Only what somebody waits for is asked for: a content is read, not fetched. */
  readonly isOnDemand?: boolean;
}

export interface SwarmLimits {
  /** Requests for pieces that one source may have unanswered (HOSTILE 45): below 64, so that manifests and digests find room. */
  readonly requestsMax: number;
  /** Bytes asked of a source whose speed is not known yet. */
  readonly windowBytesFirst: number;
  readonly windowBytesMin: number;
  readonly windowBytesMax: number;
  /** How much work a source is kept supplied with, in ms of its own speed. */
  readonly windowMs: number;
  /** Bytes requested from all sources together: what may be in memory at the same time. */
  readonly bytesInFlightMax: number;
  /** Sources that have delivered before and are asked for one piece at the same time in the end game. */
  readonly askersMax: number;
  /** A piece is late after this time or at `bytesPerSecondMin`, whichever is longer (HOSTILE 42). */
  readonly deadlineMsMin: number;
  /** The same for a source that has not delivered yet, if others show what is usual. */
  readonly unprovedDeadlineMsMin: number;
  readonly bytesPerSecondMin: number;
  /** Trust: +1 per good piece up to the maximum, -1 per fault, banned at `banAt` (HOSTILE, security model 5). */
  readonly trustMax: number;
  readonly banAt: number;
  /** How long a source is not asked for a file that it refused. */
  readonly refusedMs: number;
  /** How long a busy source is left alone: doubled each consecutive time, up to the maximum. */
  readonly busyMs: number;
  readonly busyMsMax: number;
}

const MEBIBYTE = 1_048_576;

/** 8 pieces of 1 MiB keep a line of 1.7 GiB/s busy (docs/decisions.md); more only costs memory. */
export const SWARM_LIMITS: SwarmLimits = {
  requestsMax: 48,
  windowBytesFirst: 4 * MEBIBYTE,
  windowBytesMin: MEBIBYTE,
  windowBytesMax: 8 * MEBIBYTE,
  windowMs: 250,
  bytesInFlightMax: 64 * MEBIBYTE,
  askersMax: 3,
  deadlineMsMin: 10_000,
  unprovedDeadlineMsMin: 1_500,
  bytesPerSecondMin: 8_192,
  trustMax: 8,
  banAt: -7,
  refusedMs: 30_000,
  busyMs: 200,
  busyMsMax: 5_000,
};
