/**
 * A connection to another host by whichever way leads there: dialled from here, dialled by the other host, or through
 * a third peer that both of them dial. `WayChoice` says which ways are tried when; the first connection that
 * succeeds is used, and the others are closed.
 */
import { type OnReadOpts, type Socket, connect } from 'node:net';
import {
  type DialledLine,
  Failure,
  type PeerId,
  type Way,
  WayChoice,
  encodeDialHello,
} from '@iwanto/wire';
import { hearBeginning } from './beginning.js';
import { FairTimer } from './fair-timer.js';
import { endWithItsAddress } from './own-address.js';

/** How long opening one TCP connection may take, in ms. */
const CONNECT_LIMIT_MS = 3_000;

/** What another host asked for, or a relay agreed to. */
export interface DialAsked {
  readonly address: string;
  readonly port: number;
  /** As hex. */
  readonly ticket: string;
  /** There is a relay, which answers once the other end has connected, too. */
  readonly isRelay: boolean;
}

/** The ways to one peer that need the help of others. */
export interface Detours<L extends DialledLine = DialledLine> {
  /** Asks the peer to dial; resolves with its connection. */
  reversed(line: L): Promise<Socket>;
  /** Peers that may relay, the best first. */
  relays(): readonly PeerId[];
  /** Asks one of them to; resolves with what must be dialled once it agreed. */
  relayed(line: L, relay: PeerId): Promise<DialAsked>;
}

export interface ReachOptions {
  readonly address: string;
  readonly port: number;
  readonly allowHalfOpen: boolean;
  readonly line: DialledLine;
  /** Takes what is read from a connection dialled directly; any other socket, and all without it, is read as usual. */
  readonly onread?: OnReadOpts;
  /** The direct way is the only one without them. */
  readonly detours?: Detours | undefined;
  /** The way that succeeded a moment ago. */
  readonly last?: Way | undefined;
}

export interface Reached {
  readonly socket: Socket;
  readonly way: Way;
}

export interface Reaching {
  /** Rejects when no way succeeded. */
  readonly reached: Promise<Reached>;
  cancel(): void;
}

export const reach = (options: ReachOptions): Reaching => new Reach(options);

const nowMs = () => performance.now();

class Reach implements Reaching {
  readonly reached: Promise<Reached>;
  readonly #choice: WayChoice;
  #direct: Socket | undefined;
  #timer: FairTimer | undefined;
  #isOver = false;
  #resolve: (reached: Reached) => void = () => undefined;
  #reject: (cause: Failure) => void = () => undefined;

  constructor(private readonly options: ReachOptions) {
    const { detours, last } = options;
    this.#choice = new WayChoice({
      ...{ isReversible: detours !== undefined, last },
      relays: detours?.relays() ?? [],
    });
    this.reached = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A caller that cancelled does not wait for it.
    this.reached.catch(() => undefined);
    this.#begin(this.#choice.begin(nowMs()));
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.#direct?.destroy();
    const { address } = this.options;
    this.#reject(new Failure('E_INTERRUPTED', `Connecting to ${address} was given up.`));
  }

  #begin(ways: readonly Way[]): void {
    for (const way of ways)
      this.#by(way).then(
        (socket) => this.#arrive(socket, way),
        () => this.#lose(),
      );
    this.#timer?.cancel();
    const { dueMs } = this.#choice;
    if (dueMs === undefined) return;
    const waitMs = Math.ceil(dueMs - nowMs());
    this.#timer = new FairTimer(waitMs, () => this.#begin(this.#choice.tick(nowMs())));
  }

  async #by(way: Way): Promise<Socket> {
    const { detours, line } = this.options;
    if (way.kind === 'direct' || !detours) return this.#dialDirectly();
    if (way.kind === 'reversed') return detours.reversed(line);
    return dialBack(await detours.relayed(line, way.relay));
  }

  #dialDirectly(): Promise<Socket> {
    const { dialled, connected } = dial(this.options);
    this.#direct = dialled;
    return connected;
  }

  #arrive(socket: Socket, way: Way): void {
    if (this.#isOver) return void socket.destroy();
    this.#end();
    if (way.kind !== 'direct') this.#direct?.destroy();
    endWithItsAddress(socket);
    this.#resolve({ socket, way });
  }

  #lose(): void {
    if (this.#isOver) return;
    this.#begin(this.#choice.failed(nowMs()));
    if (!this.#choice.isOver) return;
    this.#end();
    const { address, port } = this.options;
    this.#reject(new Failure('E_NO_SOURCE', `${address} cannot be reached at TCP port ${port}.`));
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}

type DialOptions = Pick<ReachOptions, 'address' | 'port' | 'allowHalfOpen' | 'onread'>;

/** One TCP connection, within a time limit. */
function dial({ address: host, port, allowHalfOpen, onread }: DialOptions) {
  const dialled = connect({ host, port, allowHalfOpen, noDelay: true, ...(onread && { onread }) });
  // An error is followed by its close; the next owner of the socket adds listeners of its own.
  dialled.on('error', () => undefined);
  const connected = new Promise<Socket>((resolve, reject) => {
    const limit = new FairTimer(CONNECT_LIMIT_MS, () => dialled.destroy());
    const fail = () => {
      limit.cancel();
      reject(new Failure('E_NO_SOURCE', `${host} cannot be dialled at TCP port ${port}.`));
    };
    dialled.once('close', fail).once('connect', () => {
      limit.cancel();
      dialled.off('close', fail);
      resolve(dialled);
    });
  });
  return { dialled, connected };
}

/** Dials the host that asked, or the relay that agreed, and shows the ticket; a relay has to show it as well. */
export async function dialBack({ address, port, ticket, isRelay }: DialAsked): Promise<Socket> {
  const socket = await dial({ address, port, allowHalfOpen: true }).connected;
  socket.write(encodeDialHello(Buffer.from(ticket, 'hex')));
  if (isRelay) await joined(socket, ticket);
  return socket;
}

/** Resolves when the relay joined this connection with the one of the other end. */
function joined(socket: Socket, ticket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      socket.destroy();
      reject(new Failure('E_NO_SOURCE', 'The other end did not come to the relay.'));
    };
    hearBeginning(socket, {
      zmtp: fail,
      dialled: (shown) => (shown === ticket ? resolve() : fail()),
      lost: fail,
    });
  });
}
