/**
 * The TCP port in front of a ROUTER. It accepts connections, counts them and their bytes, and hands each to the ROUTER
 * under a name of its own, so that a message taken out or sent counts for the line that it belongs to.
 */
import { type Server, type Socket, createServer } from 'node:net';
import { reasonOf } from '@iwanto/wire';
import type { Router } from 'zeromq';
import { AddressRate } from './address-rate.js';
import type { AnsweringSocket } from './answer.js';
import { hearBeginning } from './beginning.js';
import { UNREAD_BYTES_TO_ANSWER_MAX } from './limits.js';
import type { LineNow } from './question-queue.js';
import { Relay, wireBytes } from './relay.js';
import { prepareSocketPaths, socketPath } from './socket-paths.js';
import { TcpPort, type TcpPortOptions } from './tcp-port.js';

const MEBIBYTE = 1_048_576;

/** Lines at the same time, in total and per address. */
const LINES_MAX = 256;
export const LINES_PER_ADDRESS_MAX = 64;
/** How much unread data all lines together, and those of one address, may hold, in bytes. */
const UNTAKEN_BYTES_MAX = 128 * MEBIBYTE;
const UNTAKEN_BYTES_PER_ADDRESS_MAX = 32 * MEBIBYTE;
/** Answers that may be left unread, per line, per address and in total, in bytes. */
const UNREAD_BYTES_PER_LINE_MAX = 8 * MEBIBYTE;
const UNREAD_BYTES_PER_ADDRESS_MAX = 32 * MEBIBYTE;
const UNREAD_BYTES_MAX = 128 * MEBIBYTE;
/** How long the last answers may take to be sent when the gate closes, in ms. */
const LAST_ANSWERS_MS = 300;

export interface LineGateOptions extends Pick<TcpPortOptions, 'port' | 'addresses' | 'onTrouble'> {
  /** How much received data of one line may be unread, in bytes: more than one whole message. */
  readonly untakenBytesMax: number;
  /** Accepts a connection that shows a ticket; false where nobody waits for it. */
  readonly redeem: (ticket: string, socket: Socket) => boolean;
}

interface Line {
  readonly address: string;
  readonly relay: Relay;
}

/** The two ends of a future line. */
interface Meeting {
  readonly name: string;
  readonly address: string;
  readonly inner: Socket;
  readonly outer: Socket;
}

class LineGone extends Error {
  readonly code = 'EHOSTUNREACH';
}

export class LineGate implements AnsweringSocket {
  readonly #lines = new Map<string, Line>();
  /** Connections by address, including those that the ROUTER does not know yet. */
  readonly #ofAddress = new Map<string, number>();
  readonly #untakenOfAddress = new Map<string, number>();
  readonly #rate = new AddressRate();
  readonly #outers = new Set<Socket>();
  readonly #meetings = new Set<Server>();
  #untaken = 0;
  #onRead: () => void = () => undefined;
  #port: TcpPort | undefined;
  #named = 0;
  #isClosed = false;

  private constructor(
    private readonly router: Router,
    private readonly options: LineGateOptions,
  ) {}

  static async open(router: Router, options: LineGateOptions): Promise<LineGate> {
    prepareSocketPaths();
    const gate = new LineGate(router, options);
    gate.#port = await TcpPort.open({
      ...options,
      accept: (socket) => gate.#accept(socket),
      serverOptions: { allowHalfOpen: true, pauseOnConnect: true },
    });
    return gate;
  }

  get port(): number {
    return this.#port?.port ?? 0;
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer[]> {
    return this.router[Symbol.asyncIterator]();
  }

  taken([name, ...rest]: readonly Buffer[]): void {
    this.#lines.get(String(name))?.relay.taken(rest);
  }

  lineNow(name: string): LineNow | undefined {
    const line = this.#lines.get(name);
    if (!line || line.relay.isLeft) return undefined;
    const { address, relay } = line;
    return { address, isReading: relay.unreadBytes <= UNREAD_BYTES_TO_ANSWER_MAX };
  }

  onRead(heard: () => void): void {
    this.#onRead = heard;
  }

  /** Rejects with EHOSTUNREACH, as a ROUTER does, where the line is gone; a line that does not read its answers is closed. */
  async send(frames: (Uint8Array | string)[]): Promise<void> {
    const [name, ...rest] = frames;
    const line = this.#lines.get(String(name));
    if (line) this.#boundUnread(line, wireBytes(rest));
    if (!line || line.relay.isLeft) throw new LineGone();
    line.relay.sending(rest);
    await this.router.send(frames);
  }

  /** Accepts no more connections, closes the ROUTER and lets the last answers leave. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.router.close();
    for (const meeting of this.#meetings) meeting.close();
    const end = setTimeout(() => {
      for (const { relay } of this.#lines.values()) relay.destroy();
      for (const outer of this.#outers) outer.destroy();
    }, LAST_ANSWERS_MS);
    await this.#port?.close();
    clearTimeout(end);
  }

  /** Serves a connection that was opened from here, because the other host asked for it. */
  adopt(outer: Socket): void {
    this.#count(outer, (address) => this.#handOver(outer, address));
  }

  #accept(outer: Socket): void {
    this.#count(outer, (address) => this.#begin(outer, address));
  }

  /** Admits a connection that is within all limits. */
  #count(outer: Socket, begin: (address: string) => void): void {
    const address = outer.remoteAddress ?? '';
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    const isOne = ofAddress < LINES_PER_ADDRESS_MAX && this.#outers.size < LINES_MAX;
    if (this.#isClosed || !isOne || !this.#rate.allows(address)) {
      outer.destroy();
      return;
    }
    this.#outers.add(outer);
    this.#ofAddress.set(address, ofAddress + 1);
    begin(address);
  }

  /** A stranger's connection, or one that this host asked for: its first bytes say which. */
  #begin(outer: Socket, address: string): void {
    hearBeginning(outer, {
      zmtp: () => this.#handOver(outer, address),
      dialled: (ticket) => {
        this.#release(outer, address);
        if (!this.options.redeem(ticket, outer)) outer.destroy();
      },
      lost: () => this.#release(outer, address),
    });
  }

  #release(outer: Socket, address: string): void {
    this.#outers.delete(outer);
    const left = (this.#ofAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#ofAddress.set(address, left);
    else this.#ofAddress.delete(address);
  }

  /** The ROUTER connects to a socket that waits for this one connection, and gives the line our name. */
  #handOver(outer: Socket, address: string): void {
    const name = `line ${(this.#named += 1)}`;
    const path = socketPath();
    const meeting = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#meetings.add(meeting);
    meeting.once('close', () => this.#meetings.delete(meeting));
    const failed = (cause: unknown) => {
      this.options.onTrouble(`A connection of ${address} was dropped: ${reasonOf(cause)}.`);
      this.#release(outer, address);
      outer.destroy();
      meeting.close();
    };
    meeting.once('error', failed);
    meeting.once('connection', (inner) => {
      meeting.close();
      this.#join({ name, address, inner, outer });
    });
    meeting.listen(path, () => {
      try {
        connectAs(name, this.router, path);
      } catch (cause) {
        failed(cause);
      }
    });
  }

  #join({ name, address, inner, outer }: Meeting): void {
    const relay = new Relay(inner, outer, {
      untakenBytesMax: this.options.untakenBytesMax,
      onUntaken: (change) => this.#countUntaken(address, change),
      onRead: () => this.#onRead(),
      onClosed: () => {
        this.#lines.delete(name);
        this.#release(outer, address);
      },
    });
    this.#lines.set(name, { address, relay });
  }

  /** Beyond the total limit, the heaviest line of the heaviest address is closed. */
  #countUntaken(address: string, change: number): void {
    const ofAddress = (this.#untakenOfAddress.get(address) ?? 0) + change;
    this.#untaken += change;
    if (ofAddress > 0) this.#untakenOfAddress.set(address, ofAddress);
    else this.#untakenOfAddress.delete(address);
    if (change < 0) return;
    if (ofAddress > UNTAKEN_BYTES_PER_ADDRESS_MAX) this.#closeHeaviest(address);
    else if (this.#untaken > UNTAKEN_BYTES_MAX) this.#closeHeaviest(this.#heaviestAddress());
  }

  #heaviestAddress(): string {
    const [heaviest] = [...this.#untakenOfAddress].toSorted(([, a], [, b]) => b - a);
    return heaviest?.[0] ?? '';
  }

  /** Beyond what one line, one address or all may leave unread, the one that leaves most goes. */
  #boundUnread({ address, relay }: Line, bytes: number): void {
    if (relay.unreadBytes + bytes > UNREAD_BYTES_PER_LINE_MAX) return relay.leave();
    const all = [...this.#lines.values()].filter((line) => line.relay.unreadBytes > 0);
    const near = all.filter((line) => line.address === address);
    if (unread(near) + bytes > UNREAD_BYTES_PER_ADDRESS_MAX) return leaveSlowest(near);
    if (unread(all) + bytes > UNREAD_BYTES_MAX) leaveSlowest(all);
  }

  #closeHeaviest(address: string): void {
    const [heaviest] = [...this.#lines.values()]
      .filter((line) => line.address === address && !line.relay.isLeft)
      .toSorted((a, b) => b.relay.untakenBytes - a.relay.untakenBytes);
    heaviest?.relay.leave();
  }
}

const unread = (lines: readonly Line[]) =>
  lines.reduce((sum, { relay }) => sum + relay.unreadBytes, 0);

function leaveSlowest(lines: readonly Line[]): void {
  lines.toSorted((a, b) => b.relay.unreadBytes - a.relay.unreadBytes)[0]?.relay.leave();
}

/** zeromq warns that a name applies from the next connection on, which is the intention. */
function connectAs(name: string, router: Router, path: string): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    router.connect(`ipc://${path}`, { routingId: name });
  } finally {
    process.emitWarning = emitWarning;
  }
}
