/** The uploader's end of data lines: a TCP port that serves only peers that were granted a line and prove it. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  DATA_HELLO_BYTES,
  DATA_KEY_BYTES,
  DATA_LINE_ID_BYTES,
  type DataGrant,
  type PieceRequest,
  dataAssociated,
  encodeDataGrant,
} from '@iwanto/wire';
import { DataSeal } from './data-seal.js';
import { LINES_MAX, LINES_PER_ADDRESS_MAX } from './limits.js';
import { OutgoingFrame } from './outgoing-frame.js';
import { type Guest, Places } from './places.js';
import { TcpPort, type TcpPortOptions } from './tcp-port.js';

/** A connection that has not proved its key by then is closed, in ms (HOSTILE 33). */
const PROOF_LIMIT_MS = 2_000;
/** An unused grant expires after this time, in ms. */
const GRANT_LIMIT_MS = 5_000;
/** A line whose other end reads nothing for this long is closed, in ms. */
const DRAIN_LIMIT_MS = 5_000;
/** How many times that limit may pass with nothing to send before the line is closed. */
const IDLE_TIMES_MAX = 24;
/** Grants that wait. */
const GRANTS_MAX = 512;

const NOTHING = new Uint8Array();

/** A line that proved its key. */
export class ServedLine {
  readonly #seal: DataSeal;
  #unsent = 0;
  #idleTimes = 0;

  constructor(
    private readonly socket: Socket,
    key: Uint8Array,
    lineId: Uint8Array,
  ) {
    this.#seal = new DataSeal(key);
    socket.setTimeout(DRAIN_LIMIT_MS, () => this.#quiet());
    void this.#write(0, new OutgoingFrame(0), lineId);
  }

  onClose(heard: () => void): void {
    this.socket.once('close', heard);
  }

  /** Resolves when the kernel has accepted all of it (true) or the line is gone (false). Its memory is then free again. */
  send(request: PieceRequest, frame: OutgoingFrame): Promise<boolean> {
    return this.#write(request.requestId, frame, dataAssociated(request, frame.body.length));
  }

  close(): void {
    this.socket.destroy();
  }

  #write(requestId: number, frame: OutgoingFrame, associated: Uint8Array): Promise<boolean> {
    if (this.socket.destroyed) {
      frame.release();
      return Promise.resolve(false);
    }
    this.#unsent += 1;
    this.#idleTimes = 0;
    return new Promise((resolve) => {
      this.socket.write(frame.seal(this.#seal, requestId, associated), (cause) => {
        this.#unsent -= 1;
        frame.release();
        resolve(!cause);
      });
    });
  }

  /** Node counts a pending write as activity: here nothing moved at all. */
  #quiet(): void {
    this.#idleTimes += 1;
    if (this.#unsent > 0 || this.#idleTimes > IDLE_TIMES_MAX) return this.close();
    this.socket.setTimeout(DRAIN_LIMIT_MS);
  }
}

interface Granted {
  readonly grant: DataGrant;
  readonly opened: (line: ServedLine) => void;
  readonly timer: NodeJS.Timeout;
}

export interface LineGrant {
  readonly body: Uint8Array;
  /** It is not valid any more. */
  readonly withdraw: () => void;
}

type DataDoorOptions = Omit<TcpPortOptions, 'accept'>;

export class DataDoor {
  readonly #granted = new Map<string, Granted>();
  readonly #sockets = new Set<Socket>();
  /** Connections that have not proved anything yet give way to newcomers; lines that have do not. */
  readonly #places = new Places({ all: LINES_MAX, ofAddress: LINES_PER_ADDRESS_MAX });
  #port: TcpPort | undefined;

  static async open(options: DataDoorOptions): Promise<DataDoor> {
    const door = new DataDoor();
    door.#port = await TcpPort.open({ ...options, accept: (socket) => door.#accept(socket) });
    return door;
  }

  /** 0 while it is not bound. */
  get port(): number {
    return this.#port?.port ?? 0;
  }

  /**
   * A grant for one line, whose body is handed over on the control line; undefined if too many wait. Unless it is
   * withdrawn, one of the two is called.
   */
  grant(
    opened: (line: ServedLine) => void,
    expired: () => void = () => undefined,
  ): LineGrant | undefined {
    if (this.#granted.size >= GRANTS_MAX) return undefined;
    const keys = {
      askerKey: randomBytes(DATA_KEY_BYTES),
      uploaderKey: randomBytes(DATA_KEY_BYTES),
    };
    const grant = { port: this.port, lineId: randomBytes(DATA_LINE_ID_BYTES), ...keys };
    const name = grant.lineId.toString('hex');
    const withdraw = () => {
      clearTimeout(timer);
      this.#granted.delete(name);
    };
    const timer = setTimeout(() => {
      this.#granted.delete(name);
      expired();
    }, GRANT_LIMIT_MS);
    this.#granted.set(name, { grant, opened, timer });
    return { body: encodeDataGrant(grant), withdraw };
  }

  /** Serves a connection that was opened from here, because the asker cannot open it. */
  adopt(socket: Socket): void {
    this.#accept(socket);
  }

  async close(): Promise<void> {
    for (const { timer } of this.#granted.values()) clearTimeout(timer);
    this.#granted.clear();
    for (const socket of this.#sockets) socket.destroy();
    await this.#port?.close();
  }

  #accept(socket: Socket): void {
    let isProved = false;
    const guest: Guest = {
      address: socket.remoteAddress ?? '',
      standing: () => (isProved ? 'trusted' : 'stranger'),
      leave: () => socket.destroy(),
    };
    if (!this.#places.admit(guest)) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), PROOF_LIMIT_MS);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      this.#places.release(guest);
    });
    // What went wrong with a connection shows as its end.
    socket.on('error', () => socket.destroy());
    this.#awaitHello(socket, () => {
      isProved = true;
      clearTimeout(timer);
    });
  }

  #awaitHello(socket: Socket, proved: () => void): void {
    let hello = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      hello = Buffer.concat([hello, bytes]);
      // An asker sends its hello and nothing else.
      if (hello.length > DATA_HELLO_BYTES) return socket.destroy();
      if (hello.length < DATA_HELLO_BYTES) return;
      const granted = this.#proved(hello);
      if (!granted) return socket.destroy();
      proved();
      const { uploaderKey, lineId } = granted.grant;
      granted.opened(new ServedLine(socket, uploaderKey, lineId));
    });
  }

  /** The grant that this hello proves; each is valid once. */
  #proved(hello: Buffer): Granted | undefined {
    const name = hello.subarray(0, DATA_LINE_ID_BYTES).toString('hex');
    const granted = this.#granted.get(name);
    if (!granted) return undefined;
    const tag = new DataSeal(granted.grant.askerKey).sealInPlace(granted.grant.lineId, NOTHING);
    if (!timingSafeEqual(tag, hello.subarray(DATA_LINE_ID_BYTES))) return undefined;
    clearTimeout(granted.timer);
    this.#granted.delete(name);
    return granted;
  }
}
