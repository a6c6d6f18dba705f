/** What the moving side needs of the disk side: judge a piece, write it, learn that a unit is complete. */
import type { PieceAt } from '@iwanto/swarm';
import type { Wanted } from '../sources/source-line.js';

/** The destination of pieces. The files of a swarm are the units of a content. */
export interface PieceSink {
  /** What a source is asked for to get that piece. */
  wantedOf(at: PieceAt): Wanted;
  /** Whether `isRight` can be asked: what it compares with may still be on its way. */
  canJudge(at: PieceAt): boolean;
  /** Whether these bytes are that piece. */
  isRight(at: PieceAt, body: Uint8Array): boolean;
  /** Resolves when the bytes are written; they are the caller's again when this returns. */
  write(at: PieceAt, body: Uint8Array): Promise<void> | void;
  /** Every piece of the unit is written. */
  unitWhole(unit: number): void;
}
