/** Listening on the first free TCP port from a wished one on, on the named addresses or on all. */
import {
  type AddressInfo,
  type Server,
  type ServerOpts,
  type Socket,
  createServer,
} from 'node:net';
import { Failure } from '@iwanto/wire';

/** Ports tried after the wished one before giving up. */
export const PORTS_TRIED_MAX = 100;

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 64;

export interface TcpPortOptions {
  /** The wished port; the next free one is taken when it is in use. 0 takes any. */
  readonly port: number;
  /** Addresses of this host to listen on; all of them when left out. */
  readonly addresses?: readonly string[];
  readonly accept: (socket: Socket) => void;
  readonly onTrouble: (sentence: string) => void;
  readonly serverOptions?: ServerOpts;
}

export class TcpPort {
  readonly #servers: Server[] = [];
  #port = 0;

  private constructor(private readonly options: TcpPortOptions) {}

  /** Listens; E_LIMIT when a hundred ports in a row are taken. */
  static async open(options: TcpPortOptions): Promise<TcpPort> {
    const [first, ...others] = options.addresses ?? ['*'];
    if (first === undefined)
      throw new Failure('E_BAD_REQUEST', 'There is no address to listen on.');
    const opened = new TcpPort(options);
    for (let tried = options.port; tried < options.port + PORTS_TRIED_MAX; tried += 1) {
      if (!(await opened.#listen(first, tried))) continue;
      for (const address of others) await opened.#listen(address, opened.#port);
      return opened;
    }
    const last = options.port + PORTS_TRIED_MAX - 1;
    throw new Failure('E_LIMIT', `All TCP ports from ${options.port} to ${last} are taken.`);
  }

  get port(): number {
    return this.#port;
  }

  /** Takes no more connections; resolves when those that were taken have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => new Promise((closed) => server.close(closed))));
  }

  async #listen(address: string, port: number): Promise<boolean> {
    const { accept, onTrouble, serverOptions } = this.options;
    const server = createServer({ noDelay: true, ...serverOptions }, accept);
    const host = address === '*' ? {} : { host: address };
    const listening = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EADDRINUSE') resolve(false);
        else reject(cause);
      });
      server.listen({ port, backlog: BACKLOG, ...host }, () => resolve(true));
    });
    if (!listening) return false;
    server.on('error', (cause) => onTrouble(`A TCP port failed: ${String(cause)}.`));
    this.#servers.push(server);
    this.#port = (server.address() as AddressInfo).port;
    return true;
  }
}
