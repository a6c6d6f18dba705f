/** What the moving side needs of the disk side: judge a piece, write it, hear that a file is whole. */
import type { PieceAt } from '@iwanto/swarm';
import type { FileHash } from '@iwanto/wire';

/** Where pieces end up. */
export interface PieceSink {
  rootOf(file: number): FileHash;
  /** Whether these bytes are that piece. */
  isRight(at: PieceAt, body: Uint8Array): boolean;
  /** Resolves when the bytes are written; they are the caller's again when this returns. */
  write(at: PieceAt, body: Uint8Array): Promise<void> | void;
  /** Every piece of the file is written. */
  fileWhole(file: number): void;
}
