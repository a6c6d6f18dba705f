/** The other end of a line's gate: a DEALER connects to it, and it dials the other host. */
import { type Server, type Socket, createServer } from 'node:net';
import type { DialledLine, Way } from '@iwanto/wire';
import type { Dealer } from 'zeromq';
import { type Detours, type Reaching, reach } from './reach.js';
import { type Frames, Relay } from './relay.js';
import { socketPath } from './socket-paths.js';

/** The wait between two attempts, in ms: doubled after each failure. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

/** What goes wrong with a connection shows as its end. */
const ignore = () => undefined;

export interface LineDialOptions {
  readonly address: string;
  readonly port: number;
  /** How much received data may be unread, in bytes: more than one whole message. */
  readonly untakenBytesMax: number;
  /** Which of its connections this is, for the peers that are asked to help. */
  readonly line: DialledLine;
  /** For when it cannot be dialled. */
  readonly detours?: Detours | undefined;
  /** Called with the way by which each connection was made, or with none. */
  readonly onWay?: ((way: Way | undefined) => void) | undefined;
}

export class LineDial {
  readonly #meeting: Server;
  readonly #inners = new Set<Socket>();
  readonly #connecting = new Set<Reaching>();
  readonly #relays = new Set<Relay>();
  /** The first attempt begins before the DEALER has come to the meeting: a turn of two threads earlier. */
  #first: Reaching | undefined;
  #failures = 0;
  #way: Way | undefined;
  #isClosed = false;

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
    this.#first = this.#reach();
    this.#first.reached.then(({ socket }) => socket.on('error', ignore), ignore);
  }

  /** The way of the last connection; undefined before there was one. */
  get way(): Way | undefined {
    return this.#way;
  }

  /** A message was taken out of the DEALER. */
  taken(frames: Frames): void {
    // Only one is alive at a time; the one before it is being closed.
    for (const relay of this.#relays) relay.taken(frames);
  }

  /** To be called when the DEALER is closed. */
  close(): void {
    this.#isClosed = true;
    this.#meeting.close();
    for (const connecting of this.#connecting) connecting.cancel();
    this.#first?.reached.then(({ socket }) => socket.destroy(), ignore);
    for (const inner of this.#inners) inner.destroy();
    for (const relay of this.#relays) relay.destroy();
  }

  #dial(inner: Socket): void {
    const { untakenBytesMax, onWay } = this.options;
    this.#inners.add(inner);
    const connecting = this.#first ?? this.#reach();
    this.#first = undefined;
    void connecting.reached
      .then(
        ({ socket, way }) => {
          this.#inners.delete(inner);
          this.#failures = 0;
          this.#way = way;
          onWay?.(way);
          const relay = new Relay(inner, socket, {
            untakenBytesMax,
            onClosed: () => this.#relays.delete(relay),
          });
          this.#relays.add(relay);
        },
        () => {
          // A connection that was given up says nothing about the way.
          if (!this.#isClosed) onWay?.(undefined);
          this.#endLater(inner);
        },
      )
      .finally(() => this.#connecting.delete(connecting));
  }

  #reach(): Reaching {
    const { address, port, line, detours } = this.options;
    const connecting = reach({
      ...{ address, port, allowHalfOpen: true, line, detours, last: this.#way },
    });
    this.#connecting.add(connecting);
    return connecting;
  }

  /** The DEALER reconnects when its connection ends, so its connection is held until the next attempt is due. */
  #endLater(inner: Socket): void {
    const waitMs = Math.min(RETRY_FIRST_MS * 2 ** this.#failures, RETRY_MAX_MS);
    this.#failures += 1;
    const timer = setTimeout(() => inner.destroy(), waitMs);
    inner.once('close', () => {
      clearTimeout(timer);
      this.#inners.delete(inner);
    });
  }
}
