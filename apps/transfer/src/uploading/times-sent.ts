/** How often each piece was sent: of what one asker waits for, what fewest others have goes first. */
import type { PieceRequest } from '@iwanto/wire';

/** Pieces remembered; the ones sent longest ago are forgotten. */
const PIECES_MAX = 65_536;

const keyOf = ({ root, first }: PieceRequest) => `${root} ${first}`;

export class TimesSent {
  readonly #times = new Map<string, number>();

  of(request: PieceRequest): number {
    return this.#times.get(keyOf(request)) ?? 0;
  }

  note(request: PieceRequest): void {
    const times = this.of(request) + 1;
    this.#times.delete(keyOf(request));
    this.#times.set(keyOf(request), times);
    const oldest = this.#times.keys().next();
    if (this.#times.size > PIECES_MAX && !oldest.done) this.#times.delete(oldest.value);
  }
}
