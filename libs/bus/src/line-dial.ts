/** The other end of a line's gate: what a DEALER connects to, and what dials the other host for it. */
import { type Server, type Socket, connect, createServer } from 'node:net';
import type { Dealer } from 'zeromq';
import { endWithItsAddress } from './own-address.js';
import { type Frames, Relay } from './relay.js';
import { socketPath } from './socket-paths.js';

/** How long a TCP connection may take, in ms. */
const CONNECT_LIMIT_MS = 3_000;
/** Between two tries, in ms: doubled each time it failed. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

export interface LineDialOptions {
  readonly address: string;
  readonly port: number;
  /** What may have come in and not been taken, in bytes: more than one whole message. */
  readonly untakenBytesMax: number;
}

export class LineDial {
  readonly #meeting: Server;
  readonly #dialling = new Set<Socket>();
  readonly #relays = new Set<Relay>();
  #failures = 0;

  constructor(
    dealer: Dealer,
    private readonly options: LineDialOptions,
  ) {
    const path = socketPath();
    this.#meeting = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (inner) =>
      this.#dial(inner),
    );
    this.#meeting.listen(path).unref();
    dealer.connect(`ipc://${path}`);
  }

  /** A message was taken out of the DEALER. */
  taken(frames: Frames): void {
    // One at a time is alive; what was before it is only being closed.
    for (const relay of this.#relays) relay.taken(frames);
  }

  /** To be called when the DEALER is closed. */
  close(): void {
    this.#meeting.close();
    for (const socket of this.#dialling) socket.destroy();
    for (const relay of this.#relays) relay.destroy();
  }

  #dial(inner: Socket): void {
    const { address, port, untakenBytesMax } = this.options;
    const outer = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    this.#dialling.add(inner).add(outer);
    const timer = setTimeout(() => outer.destroy(), CONNECT_LIMIT_MS);
    const settle = () => {
      clearTimeout(timer);
      this.#dialling.delete(outer);
      outer.off('close', failed);
    };
    const failed = () => {
      settle();
      this.#endLater(inner);
    };
    outer.once('close', failed);
    // An error is followed by its close.
    outer.on('error', () => undefined);
    outer.once('connect', () => {
      settle();
      this.#dialling.delete(inner);
      this.#failures = 0;
      endWithItsAddress(outer);
      const relay = new Relay(inner, outer, {
        untakenBytesMax,
        onClosed: () => this.#relays.delete(relay),
      });
      this.#relays.add(relay);
    });
  }

  /** The DEALER tries again when its connection ends, so that waits as long as the next try has to. */
  #endLater(inner: Socket): void {
    const waitMs = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_MAX_MS);
    this.#failures += 1;
    const timer = setTimeout(() => inner.destroy(), waitMs);
    inner.once('close', () => {
      clearTimeout(timer);
      this.#dialling.delete(inner);
    });
  }
}
