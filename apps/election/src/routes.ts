/**
 * The address of this host from which the kernel sends to another one. Only its routing table knows that: a
 * point-to-point link, as of a VPN, has a netmask that says nothing about who is reached over it.
 */
import { createSocket } from 'node:dgram';
import { Recent } from '@iwanto/wire';

/** How long an answer of the kernel counts, in ms; routes change seldom, and an address that goes clears all. */
const KNOWN_MS = 10_000;
const DESTINATIONS_MAX = 4_096;
/** Datagrams to one destination that may wait for the kernel's answer, which takes less than a millisecond. */
const WAITING_MAX = 64;
/** Any port will do: connecting a datagram socket sends nothing. */
const ANY_PORT = 9;

interface Route {
  readonly source: string | undefined;
  readonly askedMs: number;
}

type Then = (source: string | undefined) => void;
export type AskKernel = (address: string) => Promise<string | undefined>;

export class Routes {
  #known = new Recent<string, Route>(DESTINATIONS_MAX);
  readonly #asked = new Map<string, Then[]>();

  constructor(private readonly ask: AskKernel = askKernel) {}

  /** Calls `then` with the source address, in the order of the calls: immediately if it is known, otherwise within a moment. */
  withSource(to: string, then: Then): void {
    const known = this.#known.get(to);
    if (known && performance.now() - known.askedMs < KNOWN_MS) return then(known.source);
    const waiting = this.#asked.get(to);
    if (waiting) {
      if (waiting.length < WAITING_MAX) waiting.push(then);
      return;
    }
    this.#asked.set(to, [then]);
    void this.ask(to).then((source) => {
      this.#known.set(to, { source, askedMs: performance.now() });
      const thens = this.#asked.get(to) ?? [];
      this.#asked.delete(to);
      for (const each of thens) each(source);
    });
  }

  /** Addresses of this host came or went. */
  forget(): void {
    this.#known = new Recent(DESTINATIONS_MAX);
  }
}

/** Undefined if there is no route. */
function askKernel(address: string): Promise<string | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  return new Promise((told) => {
    const tell = (source: string | undefined) => {
      socket.close();
      told(source);
    };
    socket.once('error', () => tell(undefined));
    socket.once('connect', () => tell(socket.address().address));
    socket.connect(ANY_PORT, address);
  });
}
