/** One sender per socket: ZeroMQ allows a single send at a time, so messages wait here in order. */
import { myTurn } from './turns.js';

type Frames = (Uint8Array | string)[];

interface Sending {
  readonly frames: Frames;
  readonly sent: () => void;
  readonly failed: (cause: unknown) => void;
}

/** Messages that may wait for a slow socket before the next is refused. */
const WAITING_MAX = 4_096;

/** Sends messages one after the other; each promise resolves once the message is queued in ZeroMQ, or rejects with the reason. */
export class Outbox {
  readonly #waiting: Sending[] = [];
  #busy = false;

  constructor(private readonly socket: { send(frames: Frames): Promise<void> }) {}

  send(frames: Frames): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new Error(`${WAITING_MAX} messages already wait to be sent`));
    }
    return new Promise((sent, failed) => {
      this.#waiting.push({ frames, sent, failed });
      if (!this.#busy) void this.#empty();
    });
  }

  async #empty(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await this.#sendOne(next);
      if (this.#waiting.length > 0) await myTurn();
    }
    this.#busy = false;
  }

  /** A closed socket throws instead of rejecting: both end in the same promise. */
  async #sendOne({ frames, sent, failed }: Sending): Promise<void> {
    try {
      await this.socket.send(frames);
      sent();
    } catch (cause) {
      failed(cause);
    }
  }
}
