/**
 * A connection to another host, whichever of the two can open it: dialled from here, and where that fails or takes
 * long, asked of the other host. What is connected first is taken, the rest is let go.
 */
import { type OnReadOpts, type Socket, connect } from 'node:net';
import { Failure, encodeDialHello } from '@iwanto/wire';
import { endWithItsAddress } from './own-address.js';

/** How long one TCP connection may take, in ms. */
const CONNECT_LIMIT_MS = 3_000;
/** On a LAN a host that can be dialled has answered by then, in ms. */
const ASK_AFTER_MS = 250;

export interface EitherWayOptions {
  readonly address: string;
  readonly port: number;
  readonly allowHalfOpen: boolean;
  /** Takes what is read from the connection dialled here; without it the socket is read as any other. */
  readonly onread?: OnReadOpts;
  /** Asks the other host to dial; resolves with its connection. */
  readonly askToDial?: (() => Promise<Socket>) | undefined;
  /** It could not be dialled a moment ago: it is asked immediately. */
  readonly isAskedFirst?: boolean;
}

export interface Connected {
  readonly socket: Socket;
  /** The other host opened it. */
  readonly isReversed: boolean;
}

export interface Connecting {
  /** Rejects when neither way led there. */
  readonly connected: Promise<Connected>;
  cancel(): void;
}

export const connectEitherWay = (options: EitherWayOptions): Connecting => new EitherWay(options);

class EitherWay implements Connecting {
  readonly connected: Promise<Connected>;
  readonly #direct: Socket;
  readonly #limit: NodeJS.Timeout;
  readonly #asking: NodeJS.Timeout;
  #waysLeft = 1;
  #isAsked = false;
  #isOver = false;
  #resolve: (connected: Connected) => void = () => undefined;
  #reject: (cause: Failure) => void = () => undefined;

  constructor(private readonly options: EitherWayOptions) {
    const { address: host, port, allowHalfOpen, onread, askToDial, isAskedFirst } = options;
    this.connected = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever cancelled does not wait for it.
    this.connected.catch(() => undefined);
    if (askToDial) this.#waysLeft += 1;
    this.#direct = connect({ host, port, allowHalfOpen, noDelay: true, ...(onread && { onread }) });
    this.#limit = setTimeout(() => this.#direct.destroy(), CONNECT_LIMIT_MS);
    this.#asking = setTimeout(() => this.#ask(), isAskedFirst === true ? 0 : ASK_AFTER_MS);
    // An error is followed by its close; whoever takes the socket adds listeners of its own.
    this.#direct.on('error', () => undefined);
    this.#direct.once('close', this.#failed).once('connect', this.#dialled);
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.#direct.destroy();
    const { address } = this.options;
    this.#reject(new Failure('E_INTERRUPTED', `Connecting to ${address} was given up.`));
  }

  readonly #dialled = (): void => this.#arrive(this.#direct, false);

  readonly #failed = (): void => {
    this.#ask();
    this.#lose();
  };

  #ask(): void {
    const { askToDial } = this.options;
    if (this.#isAsked || this.#isOver || !askToDial) return;
    this.#isAsked = true;
    askToDial().then(
      (socket) => {
        if (this.#isOver) socket.destroy();
        else this.#arrive(socket, true);
      },
      () => this.#lose(),
    );
  }

  #arrive(socket: Socket, isReversed: boolean): void {
    this.#end();
    if (isReversed) this.#direct.destroy();
    endWithItsAddress(socket);
    this.#resolve({ socket, isReversed });
  }

  #lose(): void {
    this.#waysLeft -= 1;
    if (this.#isOver || this.#waysLeft > 0) return;
    this.#end();
    const { address, port } = this.options;
    this.#reject(new Failure('E_NO_SOURCE', `${address} cannot be reached at TCP port ${port}.`));
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#limit);
    clearTimeout(this.#asking);
    this.#direct.off('close', this.#failed).off('connect', this.#dialled);
  }
}

/** What another host asked for. */
export interface DialAsked {
  readonly address: string;
  readonly port: number;
  /** As hex. */
  readonly ticket: string;
}

/** Dials the host that asked, and shows its ticket. */
export async function dialBack({ address, port, ticket }: DialAsked): Promise<Socket> {
  const { socket } = await connectEitherWay({ address, port, allowHalfOpen: true }).connected;
  socket.write(encodeDialHello(Buffer.from(ticket, 'hex')));
  return socket;
}
