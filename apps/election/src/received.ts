/**
 * What the sockets have received. It is worked on in short turns; between two of them the sockets are read, so that a
 * backlog is seen and what is stale in it is dropped.
 */
import { Inbox } from '@iwanto/consensus';
import type { Address } from '@iwanto/wire';

/** A few datagrams: opening one takes up to a millisecond on a slow processor. */
const TURN_MS = 10;

/** A datagram as a socket gave it. */
export interface Arrival {
  readonly outer: Uint8Array;
  readonly from: Address;
  readonly multicast: boolean;
}

export class Received {
  readonly #inbox: Inbox<Arrival>;
  #isDue = false;

  constructor(
    private readonly work: (arrival: Arrival) => void,
    stale: (from: Address) => void,
    private readonly nowMs = () => performance.now(),
  ) {
    this.#inbox = new Inbox(({ from }) => stale(from));
  }

  put(arrival: Arrival): void {
    this.#inbox.put(arrival, this.nowMs());
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const endMs = this.nowMs() + TURN_MS;
    for (let nowMs = this.nowMs(); nowMs < endMs; nowMs = this.nowMs()) {
      const next = this.#inbox.take(nowMs);
      if (next === undefined) break;
      this.work(next);
    }
    this.#isDue = !this.#inbox.isEmpty;
    if (this.#isDue) setImmediate(() => this.#turn());
  }
}
