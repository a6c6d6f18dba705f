/**
 * Listens on the first free TCP port from a preferred one on, on the named addresses or on all. Addresses come, go and
 * change while a host runs: each is listened on as soon as it is there, always at the same port.
 */
import {
  type AddressInfo,
  type Server,
  type ServerOpts,
  type Socket,
  createServer,
} from 'node:net';
import { Failure, codeOf, endpointText, reasonOf } from '@iwanto/wire';
import { lookRegularly } from './regularly.js';

/** Ports tried after the preferred one before giving up. */
export const PORTS_TRIED_MAX = 100;

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 64;

/** Every address of this host. */
const EVERYWHERE = '*';

export interface TcpPortOptions {
  /** The preferred port; the next free one is taken when it is in use. 0 takes any. */
  readonly port: number;
  /** Addresses of this host to listen on, re-evaluated every 2 s; all of them when left out. */
  readonly addresses?: () => readonly string[];
  readonly accept: (socket: Socket) => void;
  readonly onTrouble: (sentence: string) => void;
  readonly serverOptions?: ServerOpts;
}

export class TcpPort {
  readonly #servers = new Map<string, Server>();
  /** Addresses that could not be listened on and were logged. */
  readonly #refused = new Set<string>();
  #port = 0;
  #following: Promise<void> | undefined;
  #stopLooking: () => void = () => undefined;
  #isClosed = false;

  private constructor(private readonly options: TcpPortOptions) {}

  /** Listens, or waits for its addresses at a port that is free; E_LIMIT when a hundred ports in a row are taken. */
  static async open(options: TcpPortOptions): Promise<TcpPort> {
    const opened = new TcpPort(options);
    for (let tried = options.port; tried < options.port + PORTS_TRIED_MAX; tried += 1) {
      if (!(await opened.#claim(tried))) continue;
      await opened.follow();
      if (options.addresses) opened.#stopLooking = lookRegularly(() => void opened.follow());
      return opened;
    }
    const last = options.port + PORTS_TRIED_MAX - 1;
    throw new Failure('E_LIMIT', `All TCP ports from ${options.port} to ${last} are taken.`);
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on addresses that came and no longer on those that went; connections that are open stay. */
  follow(): Promise<void> {
    this.#following ??= this.#followOnce().finally(() => (this.#following = undefined));
    return this.#following;
  }

  /** Accepts no more connections; resolves when the accepted ones have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopLooking();
    await this.#following;
    await Promise.all([...this.#servers.values()].map(closed));
  }

  #wanted(): readonly string[] {
    return this.options.addresses?.() ?? [EVERYWHERE];
  }

  /** Binds this port on all addresses; false if another program has it. */
  async #claim(port: number): Promise<boolean> {
    const [first] = this.#wanted();
    try {
      if (first !== undefined && (await this.#claimAt(first, port))) return true;
      // There is no address yet, or the network card is still checking it for duplicates.
      this.#port = await freePort(port);
      return true;
    } catch (cause) {
      if (codeOf(cause) === 'EADDRINUSE') return false;
      throw cause;
    }
  }

  /** False if this host has no such address now. */
  async #claimAt(address: string, port: number): Promise<boolean> {
    try {
      const server = await this.#listen(address, port);
      this.#servers.set(address, server);
      this.#port = portOf(server);
      return true;
    } catch (cause) {
      if (isNotThere(cause)) return false;
      throw cause;
    }
  }

  async #followOnce(): Promise<void> {
    const wanted = this.#wanted();
    for (const [address, server] of this.#servers) {
      if (wanted.includes(address)) continue;
      this.#servers.delete(address);
      server.close();
    }
    for (const address of wanted)
      if (!this.#servers.has(address) && !this.#isClosed) await this.#begin(address);
  }

  async #begin(address: string): Promise<void> {
    try {
      this.#servers.set(address, await this.#listen(address, this.#port));
      this.#refused.delete(address);
    } catch (cause) {
      if (this.#refused.has(address) || isNotThere(cause)) return;
      this.#refused.add(address);
      const what = `TCP ${endpointText(address, this.#port)} cannot be listened on`;
      this.options.onTrouble(`${what} (${reasonOf(cause)}); it is tried again.`);
    }
  }

  #listen(address: string, port: number): Promise<Server> {
    const { accept, onTrouble, serverOptions } = this.options;
    const server = createServer({ noDelay: true, ...serverOptions }, accept);
    const host = address === EVERYWHERE ? {} : { host: address };
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, backlog: BACKLOG, ...host }, () => {
        server.off('error', reject);
        server.on('error', (cause) => onTrouble(`A TCP port failed: ${reasonOf(cause)}.`));
        resolve(server);
      });
    });
  }
}

const isNotThere = (cause: unknown): boolean => codeOf(cause) === 'EADDRNOTAVAIL';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const closed = (server: Server) => new Promise((done) => server.close(done));

/** That port, or any for 0, if no program of this host listens on it. */
async function freePort(port: number): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  const free = portOf(server);
  await closed(server);
  return free;
}
