/**
 * One connection between hosts, carried between its TCP socket and a unix socket that ZeroMQ holds the other end of.
 *
 * ZeroMQ bounds frames, not messages, and aborts the process when a connection fails while its input is stopped
 * (zeromq/libzmq #4841). So it never handles a stranger's connection itself. Here every byte is counted until the program
 * has taken its message out, and an end from outside reaches ZeroMQ as an end of input only, which cannot overtake
 * what it has not read yet.
 */
import type { Socket } from 'node:net';

/** A line that is full and from which nothing can be read for this long carries an endless message, in ms. */
const FULL_LIMIT_MS = 10_000;
/** A line on which nothing moves for this long is dead, in ms: each end sends a sign of life every few seconds. */
const SILENT_LIMIT_MS = 30_000;

/** What ZeroMQ and CURVE add to a frame, in bytes: at most, and to one that is small. */
const FRAME_EXTRA_BYTES = 42;
const FRAME_EXTRA_BYTES_MIN = 35;
/** Credited with each message, in bytes: heartbeats and the handshake are never read out. */
const FORGIVEN_BYTES = 4_096;

export type Frames = readonly (Uint8Array | string)[];

/** The approximate size of frames on the wire. */
export const wireBytes = (frames: Frames, extraBytes = FRAME_EXTRA_BYTES): number =>
  frames.reduce((sum, frame) => sum + frame.length + extraBytes, 0);

export interface RelayOptions {
  /** How much received data may be unread, in bytes: more than one whole message. */
  readonly untakenBytesMax: number;
  /** Called with the number of bytes by which the untaken data has grown or shrunk. */
  readonly onUntaken?: (change: number) => void;
  /** The other host took some of what was sent to it. */
  readonly onRead?: () => void;
  /** Called once, when neither end holds memory any more. */
  readonly onClosed: () => void;
}

export class Relay {
  #untaken = 0;
  #unread = 0;
  #isLeft = false;
  #full: NodeJS.Timeout | undefined;

  /** `inner` leads to ZeroMQ, `outer` to the other host; both allow half-open connections. */
  constructor(
    private readonly inner: Socket,
    private readonly outer: Socket,
    private readonly options: RelayOptions,
  ) {
    outer.setTimeout(SILENT_LIMIT_MS, () => this.leave());
    outer.on('data', (bytes) => this.#comeIn(bytes));
    outer.on('drain', () => inner.resume());
    outer.on('end', () => this.leave());
    outer.on('error', () => this.leave());
    outer.on('close', () => this.leave());
    inner.on('data', (bytes) => this.#goOut(bytes));
    inner.on('drain', () => this.#resume());
    // A reset of the inner line is ZeroMQ's way to close it with bytes unread.
    inner.on('error', () => inner.destroy());
    inner.on('end', () => inner.destroy());
    inner.on('close', () => this.#innerClosed());
    // A socket that ended before anybody listened emits no event.
    if (inner.destroyed) this.#innerClosed();
    else if (outer.destroyed) this.leave();
    inner.resume();
    outer.resume();
  }

  /** True once nothing more is read from the other host. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Bytes that were received and are held here or by ZeroMQ. */
  get untakenBytes(): number {
    return this.#untaken;
  }

  /** Bytes that the program sent and the other host has not read. */
  get unreadBytes(): number {
    return this.#unread;
  }

  /** A message of this line was read. */
  taken(frames: Frames): void {
    this.#count(-Math.min(this.#untaken, wireBytes(frames) + FORGIVEN_BYTES));
    this.#resume();
  }

  /** A message is being given to ZeroMQ for this line. Never more than it will be: the rest would count for ever. */
  sending(frames: Frames): void {
    this.#unread += wireBytes(frames, FRAME_EXTRA_BYTES_MIN);
  }

  /** The other host is gone, or is being dropped; ZeroMQ reads what it has and then closes its end. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    clearTimeout(this.#full);
    this.outer.destroy();
    this.inner.end();
    this.inner.resume();
  }

  /** Ends both at the same time: only for a socket of ZeroMQ's that is closed already. */
  destroy(): void {
    this.leave();
    this.inner.destroy();
  }

  #comeIn(bytes: Buffer): void {
    if (this.#isLeft) return;
    this.#count(bytes.length);
    const isKept = !this.inner.write(bytes);
    if (isKept || this.#isFull) this.outer.pause();
    if (this.#isFull) this.#full ??= setTimeout(() => this.leave(), FULL_LIMIT_MS);
  }

  #count(change: number): void {
    this.#untaken += change;
    this.options.onUntaken?.(change);
  }

  #goOut(bytes: Buffer): void {
    this.#unread = Math.max(0, this.#unread - bytes.length);
    this.options.onRead?.();
    if (!this.#isLeft && !this.outer.write(bytes)) this.inner.pause();
  }

  get #isFull(): boolean {
    return this.#untaken > this.options.untakenBytesMax;
  }

  #resume(): void {
    if (this.#isFull || this.#isLeft) return;
    clearTimeout(this.#full);
    this.#full = undefined;
    if (!this.inner.writableNeedDrain) this.outer.resume();
  }

  /** ZeroMQ closed its end; its last bytes may still be sent. */
  #innerClosed(): void {
    if (!this.#isLeft) {
      this.#isLeft = true;
      clearTimeout(this.#full);
      this.outer.destroySoon();
    }
    this.#count(-this.#untaken);
    this.options.onClosed();
  }
}
