/** Which requests wait for the next ones, to travel in one frame: a frame costs several hand-overs between threads at both ends. */
import { PIECE_REQUESTS_PER_FRAME_MAX, type PieceRequest } from '@iwanto/wire';

/** A request may wait while the uploader has so many times as many unanswered as wait: it does not run out of work. */
const WORK_AHEAD_TIMES = 3;

/** Only these come in numbers. */
const isBulk = ({ ask }: PieceRequest) => ask === 'piece' || ask === 'pack';

export class HeldRequests {
  #held: PieceRequest[] = [];
  /** Bulk that was sent and is not answered. */
  readonly #ahead = new Set<number>();

  /** What must be sent now, in its order: nothing while this request may wait. */
  add(request: PieceRequest): readonly PieceRequest[] {
    this.#held.push(request);
    return isBulk(request) ? this.#due() : this.#all();
  }

  /** The same, when a request was answered or refused. */
  answered(requestId: number): readonly PieceRequest[] {
    return this.#ahead.delete(requestId) ? this.#due() : [];
  }

  #due(): readonly PieceRequest[] {
    const { length } = this.#held;
    const mayWait = length * WORK_AHEAD_TIMES < this.#ahead.size;
    return mayWait && length < PIECE_REQUESTS_PER_FRAME_MAX ? [] : this.#all();
  }

  #all(): readonly PieceRequest[] {
    const all = this.#held;
    this.#held = [];
    for (const request of all) if (isBulk(request)) this.#ahead.add(request.requestId);
    return all;
  }
}
