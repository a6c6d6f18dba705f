/**
 * The TCP port in front of a ROUTER. It accepts connections, counts them and their bytes, and hands each to the ROUTER
 * under a name of its own, so that a message taken out or sent counts for the line that it belongs to.
 */
import { type Server, type Socket, createServer } from 'node:net';
import { type PeerId, type PublicKey, reasonOf } from '@iwanto/wire';
import type { Router } from 'zeromq';
import { AddressRate } from './address-rate.js';
import type { AnsweringSocket } from './answer.js';
import { hearBeginning } from './beginning.js';
import { isRefused, onDoorList, peerOf } from './door-list.js';
import { Connection, type Line, isLine } from './gate-connection.js';
import {
  LINES_MAX,
  LINES_PER_ADDRESS_MAX,
  LINES_PER_KEY_MAX,
  UNREAD_BYTES_MAX,
  UNREAD_BYTES_PER_ADDRESS_MAX,
  UNREAD_BYTES_PER_LINE_MAX,
  UNREAD_BYTES_TO_ANSWER_MAX,
  UNTAKEN_BYTES_MAX,
  UNTAKEN_BYTES_PER_ADDRESS_MAX,
} from './limits.js';
import type { LineNow } from './question-queue.js';
import { Places } from './places.js';
import { Relay, wireBytes } from './relay.js';
import { prepareSocketPaths, socketPath } from './socket-paths.js';
import { TcpPort, type TcpPortOptions } from './tcp-port.js';
import { forgetLine, nameLine } from './zap.js';

/** How long the last answers may take to be sent when the gate closes, in ms. */
const LAST_ANSWERS_MS = 300;

export interface LineGateOptions extends Pick<TcpPortOptions, 'port' | 'addresses' | 'onTrouble'> {
  /** How much received data of one line may be unread, in bytes: more than one whole message. */
  readonly untakenBytesMax: number;
  /** Accepts a connection that shows a ticket; false if nobody waits for it. */
  readonly redeem: (ticket: string, socket: Socket) => boolean;
}

class LineGone extends Error {
  readonly code = 'EHOSTUNREACH';
}

export class LineGate implements AnsweringSocket {
  readonly #lines = new Map<string, Connection>();
  readonly #places = new Places({ all: LINES_MAX, ofAddress: LINES_PER_ADDRESS_MAX });
  readonly #connections = new Set<Connection>();
  readonly #untakenOfAddress = new Map<string, number>();
  readonly #rate = new AddressRate();
  readonly #meetings = new Set<Server>();
  #untaken = 0;
  readonly #stopListening: () => void;
  #onRead: () => void = () => undefined;
  #onGone: (name: string) => void = () => undefined;
  #port: TcpPort | undefined;
  #isClosed = false;

  private constructor(
    private readonly router: Router,
    private readonly options: LineGateOptions,
  ) {
    this.#stopListening = onDoorList(() => this.#closeRefused());
  }

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
    this.#lines.get(String(name))?.relay?.taken(rest);
  }

  lineNow(name: string): LineNow | undefined {
    const line = this.#line(name);
    if (!line || line.relay.isLeft) return undefined;
    const { address, key = '', relay } = line;
    const turns = [line.standing(), address, key];
    return { address, turns, isReading: relay.unreadBytes <= UNREAD_BYTES_TO_ANSWER_MAX };
  }

  peerOf(name: string): PeerId | undefined {
    return peerOf(this.#lines.get(name)?.key);
  }

  onGone(heard: (name: string) => void): void {
    this.#onGone = heard;
  }

  onRead(heard: () => void): void {
    this.#onRead = heard;
  }

  /** Rejects with EHOSTUNREACH, as a ROUTER does, if the line is gone; a line that does not read its answers is closed. */
  async send(frames: (Uint8Array | string)[]): Promise<void> {
    const [name, ...rest] = frames;
    const line = this.#line(String(name));
    if (line) this.#boundUnread(line, wireBytes(rest));
    if (!line || line.relay.isLeft) throw new LineGone();
    line.relay.sending(rest);
    await this.router.send(frames);
  }

  /** Accepts no more connections, closes the ROUTER and lets the last answers leave. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    this.router.close();
    for (const meeting of this.#meetings) meeting.close();
    const end = setTimeout(() => {
      for (const { relay } of this.#all()) relay.destroy();
      for (const { outer } of this.#connections) outer.destroy();
    }, LAST_ANSWERS_MS);
    await this.#port?.close();
    clearTimeout(end);
  }

  /** Serves a connection that was opened from here, because the other host asked for it. */
  adopt(outer: Socket): void {
    this.#count(outer, (connection) => this.#handOver(connection));
  }

  #accept(outer: Socket): void {
    this.#count(outer, (connection) => this.#begin(connection));
  }

  #line(name: string): Line | undefined {
    const connection = this.#lines.get(name);
    return isLine(connection) ? connection : undefined;
  }

  #all(): Line[] {
    return [...this.#lines.values()].filter(isLine);
  }

  /** Admits a connection that is within all limits. */
  #count(outer: Socket, begin: (connection: Connection) => void): void {
    const connection = new Connection(outer);
    const isOne = !this.#isClosed && this.#rate.allows(connection.address);
    if (!isOne || !this.#places.admit(connection)) {
      outer.destroy();
      return;
    }
    this.#connections.add(connection);
    begin(connection);
  }

  /** A stranger's connection, or one that this host asked for: its first bytes say which. */
  #begin(connection: Connection): void {
    hearBeginning(connection.outer, {
      zmtp: () => this.#handOver(connection),
      dialled: (ticket) => {
        this.#release(connection);
        if (!this.options.redeem(ticket, connection.outer)) connection.outer.destroy();
      },
      lost: () => this.#release(connection),
    });
  }

  #release(connection: Connection): void {
    this.#connections.delete(connection);
    this.#places.release(connection);
  }

  /** The ROUTER connects to a socket that waits for this one connection, and gives the line our name. */
  #handOver(connection: Connection): void {
    const { outer, address } = connection;
    const name = nameLine((key) => this.#proved(connection, key));
    const path = socketPath();
    const meeting = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    this.#meetings.add(meeting);
    meeting.once('close', () => this.#meetings.delete(meeting));
    const failed = (cause: unknown) => {
      this.options.onTrouble(`A connection of ${address} was dropped: ${reasonOf(cause)}.`);
      this.#release(connection);
      forgetLine(name);
      outer.destroy();
      meeting.close();
    };
    meeting.once('error', failed);
    meeting.once('connection', (inner) => {
      meeting.close();
      this.#join(name, connection, inner);
    });
    meeting.listen(path, () => {
      try {
        connectAs(name, this.router, path);
      } catch (cause) {
        failed(cause);
      }
    });
  }

  #join(name: string, connection: Connection, inner: Socket): void {
    this.#lines.set(name, connection);
    connection.relay = new Relay(inner, connection.outer, {
      untakenBytesMax: this.options.untakenBytesMax,
      onUntaken: (change) => this.#countUntaken(connection.address, change),
      onRead: () => this.#onRead(),
      onClosed: () => {
        this.#lines.delete(name);
        forgetLine(name);
        this.#release(connection);
        this.#onGone(name);
      },
    });
  }

  /** The handshake showed whose line it is; false if that key has as many as it may. */
  #proved(connection: Connection, key: PublicKey): boolean {
    const ofKey = this.#all().filter((line) => line.key === key && !line.relay.isLeft);
    if (ofKey.length >= LINES_PER_KEY_MAX) return false;
    connection.key = key;
    return true;
  }

  #closeRefused(): void {
    for (const { key, relay } of this.#all()) if (key && isRefused(key)) relay.leave();
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
    const all = this.#all().filter((line) => line.relay.unreadBytes > 0);
    const near = all.filter((line) => line.address === address);
    if (unread(near) + bytes > UNREAD_BYTES_PER_ADDRESS_MAX) return leaveSlowest(near);
    if (unread(all) + bytes > UNREAD_BYTES_MAX) leaveSlowest(all);
  }

  #closeHeaviest(address: string): void {
    const [heaviest] = this.#all()
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

/** zeromq warns that name and domain apply from the next connection on, which is the intention. */
function connectAs(name: string, router: Router, path: string): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    router.zapDomain = name;
    router.connect(`ipc://${path}`, { routingId: name });
  } finally {
    process.emitWarning = emitWarning;
  }
}
