/** One UDP socket for each address of this host, all at one port: for unicast, and for sending multicast. */
import type { Socket } from 'node:dgram';
import { type Address, codeOf, reasonOf } from '@iwanto/wire';
import { type ListInterfaces, type Place, listPlaces } from './places.js';
import type { Arrival } from './received.js';
import { openPlaceSocket, portTaken, portsTaken } from './sockets.js';
import type { TroubleTeller } from './trouble.js';

/** Ports tried after the one asked for. */
const PORTS_TRIED_MAX = 64;
const PORT_MAX = 65_535;

export interface PlaceSocketsOptions {
  /** Names of interfaces; none means all. */
  readonly interfaces: readonly string[];
  readonly listInterfaces?: ListInterfaces | undefined;
  readonly heard: (arrival: Arrival) => void;
  /** The kernel has taken a datagram to that address. */
  readonly went: (to: Address) => void;
  /** The kernel knows no way there. */
  readonly noWay: (to: Address) => void;
  readonly trouble: TroubleTeller;
}

interface OpenPlace {
  readonly place: Place;
  readonly socket: Socket;
}

export class PlaceSockets {
  #port = 0;
  #open = new Map<string, OpenPlace>();
  /** Addresses that could not be bound when they were last tried. */
  readonly #refused = new Set<string>();

  constructor(private readonly options: PlaceSocketsOptions) {}

  get port(): number {
    return this.#port;
  }

  has(address: string): boolean {
    return this.#open.has(address);
  }

  /** Other interfaces before loopback. */
  places(): Place[] {
    return [...this.#open.values()].map(({ place }) => place);
  }

  /** Opens all at the first free port from this one on; 0 takes any. Rejects only when none of 65 ports is free. */
  async open(firstPort: number): Promise<void> {
    const places = this.#list();
    this.#tellAbsent(places);
    for (let tries = 0; ; tries += 1) {
      // Any free port is asked for again each time; a numbered one gives way to the next.
      const port = firstPort === 0 ? 0 : firstPort + tries;
      try {
        return await this.#openAll(places, port, portTaken);
      } catch {
        await this.close();
        if (tries >= PORTS_TRIED_MAX || port >= PORT_MAX) throw portsTaken(port);
      }
    }
  }

  /** Opens sockets for addresses that came, closes those of addresses that went. False if nothing changed. */
  async relist(): Promise<boolean> {
    const places = this.#list();
    this.#tellAbsent(places);
    const wanted = new Map(places.map(({ address, identity }) => [address, identity]));
    const gone = [...this.#open.values()].filter(
      ({ place }) => wanted.get(place.address) !== place.identity,
    );
    const come = places.filter(
      ({ address, identity }) => this.#open.get(address)?.place.identity !== identity,
    );
    for (const address of this.#refused) if (!wanted.has(address)) this.#refused.delete(address);
    for (const { place, socket } of gone) {
      this.#open.delete(place.address);
      socket.close();
    }
    if (come.length > 0) await this.#openAll(come, this.#port, () => false);
    return gone.length > 0 || come.some(({ address }) => this.has(address));
  }

  send(place: Place, bytes: Uint8Array, to: Address): void {
    const { went, noWay, trouble } = this.options;
    const kind = `send ${place.name} ${place.family}`;
    const sent = (cause: Error | null) => {
      if (cause && codeOf(cause) === 'ENETUNREACH') return noWay(to);
      if (cause) return trouble.tell(kind, `${place.name} does not send: ${reasonOf(cause)}`);
      trouble.over(kind);
      went(to);
    };
    this.#open.get(place.address)?.socket.send(bytes, to.port, to.address, sent);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(({ socket }) => new Promise<void>((done) => socket.close(done))));
  }

  #list(): Place[] {
    return listPlaces(this.options.interfaces, this.options.listInterfaces);
  }

  /** A named interface without an address is waited for, which is logged. */
  #tellAbsent(places: readonly Place[]): void {
    const { interfaces, trouble } = this.options;
    for (const name of interfaces) {
      const kind = `absent ${name}`;
      if (places.some((place) => place.name === name)) trouble.over(kind);
      else trouble.tell(kind, `${name} has no address; it is used as soon as it has one`);
    }
  }

  /** Opens what can be opened; a failure for which `fatal` holds rejects, any other is logged. */
  async #openAll(
    places: readonly Place[],
    port: number,
    fatal: (cause: unknown) => boolean,
  ): Promise<void> {
    const { trouble } = this.options;
    let chosen = port;
    for (const place of places) {
      try {
        const socket = await openPlaceSocket(place, chosen);
        chosen = socket.address().port;
        this.#listen(place, socket);
        this.#refused.delete(place.address);
        for (const kind of ['bind', 'socket']) trouble.over(`${kind} ${place.address}`);
      } catch (cause) {
        if (fatal(cause)) throw cause;
        this.#tellRefused(place.address, cause);
      }
    }
    this.#port = chosen;
    this.#reorder();
  }

  /** A network card checks each new address for a second or two; until then it cannot be bound, which is not reported. */
  #tellRefused(address: string, cause: unknown): void {
    const isFirst = !this.#refused.has(address);
    this.#refused.add(address);
    if (isFirst && codeOf(cause) === 'EADDRNOTAVAIL') return;
    const { trouble } = this.options;
    trouble.tell(`bind ${address}`, `${address} cannot be used: ${reasonOf(cause)}`);
  }

  #listen(place: Place, socket: Socket): void {
    const { heard, trouble } = this.options;
    socket.on('message', (outer, from) => heard({ outer, from, multicast: false }));
    socket.on('error', (cause) => {
      const { address } = place;
      trouble.tell(`socket ${address}`, `the socket of ${address} failed: ${reasonOf(cause)}`);
      this.#open.get(address)?.socket.close();
      this.#open.delete(address);
    });
    this.#open.set(place.address, { place, socket });
  }

  /** So that a datagram heard twice is first heard by an address all can use. */
  #reorder(): void {
    const order = this.#list().map(({ address }) => address);
    const rank = (one: OpenPlace) => order.indexOf(one.place.address);
    const sorted = [...this.#open.values()].sort((one, other) => rank(one) - rank(other));
    this.#open = new Map(sorted.map((one) => [one.place.address, one]));
  }
}
