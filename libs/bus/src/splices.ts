/**
 * Connections that this host relays for two others, neither of which can dial the other: both dial this host and show
 * the same ticket, and from then on bytes are moved, at a bounded rate, and neither read nor kept.
 */
import type { Socket } from 'node:net';
import { type PeerId, encodeDialHello } from '@iwanto/wire';

/** How long both ends may take to connect, in ms. */
const ARRIVAL_LIMIT_MS = 3_000;
/** A connection on which nothing moves for this long is closed, in ms; a data line may be quiet while its asker waits. */
const IDLE_LIMIT_MS = 60_000;
/** Connections at the same time, including those with a missing end: in total, and per peer. */
export const SPLICES_MAX = 64;
export const SPLICES_OF_ONE_MAX = 16;

export interface Spliced {
  /** As hex; both ends show it, each once. */
  readonly ticket: string;
  readonly ends: readonly [PeerId, PeerId];
}

export interface SplicesOptions {
  /** In how many ms this many bytes count as passed: the limit on all of them together. */
  readonly pace: (bytes: number) => number;
  readonly idleLimitMs?: number;
  readonly arrivalLimitMs?: number;
  /** Called each time the number of connections changes. */
  readonly onChange?: () => void;
}

interface Awaited extends Spliced {
  readonly timer: NodeJS.Timeout;
  /** The end that connected first. */
  first: Socket | undefined;
}

export class Splices {
  readonly #awaited = new Map<string, Awaited>();
  readonly #joined = new Map<Splice, Spliced>();
  /** Bytes relayed since the start, in both directions. */
  bytes = 0;

  constructor(private readonly options: SplicesOptions) {}

  /** Connections that are relaying. */
  get count(): number {
    return this.#joined.size;
  }

  /** Waits for both ends; false if that would be one connection too many. */
  expect(spliced: Spliced): boolean {
    const all = [...this.#awaited.values(), ...this.#joined.values()];
    const isFull = spliced.ends.some(
      (end) => all.filter(({ ends }) => ends.includes(end)).length >= SPLICES_OF_ONE_MAX,
    );
    if (isFull || all.length >= SPLICES_MAX || this.#awaited.has(spliced.ticket)) return false;
    const timer = setTimeout(
      () => this.#giveUp(spliced.ticket),
      this.options.arrivalLimitMs ?? ARRIVAL_LIMIT_MS,
    );
    this.#awaited.set(spliced.ticket, { ...spliced, timer, first: undefined });
    return true;
  }

  /** Accepts the connection of one end, and joins it with that of the other; false if nobody waits for it. */
  redeem(ticket: string, socket: Socket): boolean {
    const awaited = this.#awaited.get(ticket);
    if (!awaited) return false;
    const { first } = awaited;
    if (first === undefined) {
      awaited.first = socket;
      socket.once('close', () => {
        if (this.#awaited.get(ticket) === awaited) this.#giveUp(ticket);
      });
      return true;
    }
    this.#forget(awaited);
    this.#join(awaited, first, socket);
    return true;
  }

  /** Ends all of them, or those with such an end; others may be expected afterwards. */
  close(isOne: (end: PeerId) => boolean = () => true): void {
    for (const { ticket, ends } of [...this.#awaited.values()])
      if (ends.some(isOne)) this.#giveUp(ticket);
    for (const [splice, { ends }] of [...this.#joined]) if (ends.some(isOne)) splice.close();
  }

  #join(spliced: Spliced, one: Socket, other: Socket): void {
    const splice = new Splice([one, other], {
      idleLimitMs: this.options.idleLimitMs ?? IDLE_LIMIT_MS,
      pace: (bytes) => {
        this.bytes += bytes;
        return this.options.pace(bytes);
      },
      onClosed: () => {
        this.#joined.delete(splice);
        this.options.onChange?.();
      },
    });
    this.#joined.set(splice, spliced);
    splice.begin(encodeDialHello(Buffer.from(spliced.ticket, 'hex')));
    this.options.onChange?.();
  }

  #giveUp(ticket: string): void {
    const awaited = this.#awaited.get(ticket);
    if (!awaited) return;
    this.#forget(awaited);
    awaited.first?.destroy();
  }

  #forget({ ticket, timer }: Awaited): void {
    clearTimeout(timer);
    this.#awaited.delete(ticket);
  }
}

interface SpliceOptions {
  readonly pace: (bytes: number) => number;
  readonly idleLimitMs: number;
  readonly onClosed: () => void;
}

/** Two connections joined: what one sends, the other receives, and no more is read than the other accepts. */
class Splice {
  #isClosed = false;

  constructor(
    private readonly ends: readonly [Socket, Socket],
    private readonly options: SpliceOptions,
  ) {}

  /** Both are first notified that the other is there. */
  begin(hello: Uint8Array): void {
    const [one, other] = this.ends;
    for (const end of this.ends) {
      end.setTimeout(this.options.idleLimitMs, () => this.close());
      // An error is followed by its close.
      end.once('close', () => this.#end()).once('end', () => this.#end());
      end.write(hello);
    }
    this.#carry(one, other);
    this.#carry(other, one);
    if (one.destroyed || other.destroyed) this.#end();
  }

  close(): void {
    for (const end of this.ends) end.destroy();
    this.#end();
  }

  #carry(from: Socket, to: Socket): void {
    let isDue = true;
    const resume = () => {
      if (isDue && !to.writableNeedDrain) from.resume();
    };
    to.on('drain', resume);
    from.on('data', (bytes) => {
      const waitMs = this.options.pace(bytes.length);
      const isTaken = to.write(bytes);
      if (isTaken && waitMs <= 0) return;
      from.pause();
      if (waitMs <= 0) return;
      isDue = false;
      setTimeout(() => {
        isDue = true;
        resume();
      }, waitMs);
    });
    from.resume();
  }

  /** One end is gone: its last bytes are still sent, then the other is closed. */
  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.ends) end.destroySoon();
    this.options.onClosed();
  }
}
