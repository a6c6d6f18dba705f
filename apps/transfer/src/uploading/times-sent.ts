/**
 * How often each piece was sent: of the pieces that one asker waits for, the one that fewest others have goes
 * first.
 */
import { type PieceRequest, setRecent } from '@iwanto/wire';

/** Pieces remembered; the ones sent longest ago are forgotten. */
const PIECES_MAX = 65_536;

const keyOf = ({ root, first }: PieceRequest) => `${root} ${first}`;

export class TimesSent {
  readonly #times = new Map<string, number>();

  of(request: PieceRequest): number {
    return this.#times.get(keyOf(request)) ?? 0;
  }

  note(request: PieceRequest): void {
    setRecent(this.#times, [keyOf(request), this.of(request) + 1], PIECES_MAX);
  }
}
