/**
 * The real network: one UDP socket for each address of this host, for unicast and for sending multicast, and
 * shared sockets for receiving multicast. No socket ever follows the default route.
 */
import type { Socket } from 'node:dgram';
import { lookRegularly } from '@iwanto/bus';
import { type Address, MULTICAST_GROUP, codeOf, reasonOf } from '@iwanto/wire';
import { Doorway } from './doorway.js';
import type { Envelope } from './envelope.js';
import { GroupSockets } from './group-sockets.js';
import type { Network, NetworkOptions, Reach } from './network.js';
import {
  type ListInterfaces,
  type Place,
  isNear,
  listPlaces,
  nearPlace,
  placesOutward,
  zoneOf,
} from './places.js';
import { type Arrival, Received } from './received.js';
import { Routes } from './routes.js';
import { openPlaceSocket, portTaken, portsTaken } from './sockets.js';
import { TroubleTeller } from './trouble.js';

/** Ports tried after the one asked for. */
const PORTS_TRIED_MAX = 64;
const PORT_MAX = 65_535;

export interface UdpNetworkOptions extends NetworkOptions {
  /** Names of interfaces; none means all. */
  readonly interfaces: readonly string[];
  /** The first unicast port tried; 0 takes any free one. */
  readonly port: number;
  /** The port multicast goes to. */
  readonly discoveryPort: number;
  readonly envelope: Envelope;
  readonly listInterfaces?: ListInterfaces;
}

interface OpenPlace {
  readonly place: Place;
  readonly socket: Socket;
}

/** Opens every socket. Rejects only when none of 65 ports is free. */
export async function openUdpNetwork(options: UdpNetworkOptions): Promise<UdpNetwork> {
  const network = new UdpNetwork(options);
  await network.open();
  return network;
}

export class UdpNetwork implements Network {
  #port = 0;
  #open = new Map<string, OpenPlace>();
  readonly #groups: GroupSockets;
  readonly #doorway: Doorway;
  /** When a multicast of this host last came back, by address. */
  readonly #looped = new Map<string, number>();
  readonly #received: Received;
  readonly #routes = new Routes();
  readonly #trouble: TroubleTeller;
  #stopLooking: () => void = () => undefined;
  #relisting: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly options: UdpNetworkOptions) {
    this.#trouble = new TroubleTeller(options.onTrouble);
    this.#doorway = new Doorway(options.outside);
    this.#received = new Received((arrival) => this.#heard(arrival), options.stale);
    this.#groups = new GroupSockets({
      port: options.discoveryPort,
      heard: (outer, from) => this.#received.put({ outer, from, multicast: true }),
      trouble: this.#trouble,
    });
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    const places = this.#list();
    this.#tellAbsent(places);
    for (let tries = 0; ; tries += 1) {
      // Any free port is asked for again each time; a numbered one gives way to the next.
      const port = this.options.port === 0 ? 0 : this.options.port + tries;
      try {
        await this.#openPlaces(places, port, portTaken);
        break;
      } catch {
        await this.#closePlaces();
        if (tries >= PORTS_TRIED_MAX || port >= PORT_MAX) throw portsTaken(port);
      }
    }
    await this.#groups.join(this.#places());
    this.#stopLooking = lookRegularly(() => void this.relist());
  }

  send(bytes: Uint8Array, to: Address): void {
    const near = nearPlace(this.#places(), to.address);
    if (near) this.#sendFrom(near, bytes, to);
    else this.#sendOutward(bytes, to);
    this.#doorway.sent(bytes, to, near !== undefined);
  }

  /** From the only place there is, otherwise from the one that the kernel chooses. */
  #sendOutward(bytes: Uint8Array, to: Address): void {
    const [first, second] = placesOutward(this.#places(), to.address);
    if (!first) return this.#noWay(to);
    if (!second) return this.#sendFrom(first, bytes, to);
    this.#routes.withSource(to.address, (source = first.address) => {
      const places = placesOutward(this.#places(), to.address);
      const place = places.find(({ address }) => address === source) ?? places[0];
      if (place) this.#sendFrom(place, bytes, to);
    });
  }

  multicast(bytesFor: (reach: Reach) => Uint8Array | undefined): void {
    for (const { place } of this.#open.values()) {
      if (!place.multicast) continue;
      const bytes = bytesFor(place.loopback ? 'host' : 'lan');
      const group = place.family === 4 ? MULTICAST_GROUP.four : MULTICAST_GROUP.six;
      const address = place.family === 4 ? group : `${group}%${place.name}`;
      if (bytes) this.#sendFrom(place, bytes, { address, port: this.options.discoveryPort });
    }
  }

  acquaint(address: string): void {
    this.#doorway.acquaint(address);
  }

  added(addresses: readonly string[]): void {
    this.#doorway.added(addresses);
  }

  opened(to: Address): void {
    const waiting = this.#doorway.opened(to);
    if (waiting) this.send(waiting, to);
  }

  isNear(address: string): boolean {
    return this.#places().some((place) => isNear(place, address));
  }

  ownAddress(): string {
    return this.#places()[0]?.address ?? '127.0.0.1';
  }

  view(): ReturnType<Network['view']> {
    const nowMs = performance.now();
    const loopedMsAgo = (address: string) => {
      const atMs = this.#looped.get(address);
      return atMs === undefined ? null : nowMs - atMs;
    };
    return {
      addresses: this.#places().map(({ name, address, prefixBits, loopback, multicast }) => ({
        ...{ interface: name, address, prefixBits, loopback, multicast },
        ownMulticastMsAgo: loopedMsAgo(address),
      })),
      outside: this.#doorway.outside(nowMs),
      strangers: this.options.envelope.strangers(),
      troubles: this.#trouble.recent(),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopLooking();
    await this.#relisting;
    this.#groups.close();
    await this.#closePlaces();
  }

  /** Opens sockets for addresses that came, closes those of addresses that went. */
  relist(): Promise<void> {
    this.#relisting ??= this.#relistOnce().finally(() => (this.#relisting = undefined));
    return this.#relisting;
  }

  async #relistOnce(): Promise<void> {
    if (this.#closed) return;
    const places = this.#list();
    this.#tellAbsent(places);
    const wanted = new Map(places.map(({ address, identity }) => [address, identity]));
    const gone = [...this.#open.values()].filter(
      ({ place }) => wanted.get(place.address) !== place.identity,
    );
    const come = places.filter(
      ({ address, identity }) => this.#open.get(address)?.place.identity !== identity,
    );
    if (gone.length + come.length === 0) return;
    this.#routes.forget();
    this.#doorway.moved();
    for (const { place, socket } of gone) {
      this.#open.delete(place.address);
      socket.close();
    }
    await this.#openPlaces(come, this.#port, () => false);
    await this.#groups.join(this.#places());
  }

  /** A named interface without an address is waited for, which is logged. */
  #tellAbsent(places: readonly Place[]): void {
    for (const name of this.options.interfaces) {
      const kind = `absent ${name}`;
      if (places.some((place) => place.name === name)) this.#trouble.over(kind);
      else this.#trouble.tell(kind, `${name} has no address; it is used as soon as it has one`);
    }
  }

  /** Opens what can be opened; a failure for which `fatal` holds rejects, any other is logged. */
  async #openPlaces(
    places: readonly Place[],
    port: number,
    fatal: (cause: unknown) => boolean,
  ): Promise<void> {
    let chosen = port;
    for (const place of places) {
      try {
        const socket = await openPlaceSocket(place, chosen);
        chosen = socket.address().port;
        socket.on('message', (outer, from) =>
          this.#received.put({ outer, from, multicast: false }),
        );
        socket.on('error', (cause) => this.#failed(place, cause));
        this.#open.set(place.address, { place, socket });
        for (const kind of ['bind', 'socket']) this.#trouble.over(`${kind} ${place.address}`);
      } catch (cause) {
        if (fatal(cause)) throw cause;
        this.#trouble.tell(
          `bind ${place.address}`,
          `${place.address} cannot be used: ${reasonOf(cause)}`,
        );
      }
    }
    this.#port = chosen;
    this.#reorder();
  }

  /** Other interfaces before loopback: so that a datagram heard twice is first heard by an address all can use. */
  #reorder(): void {
    const order = this.#list().map(({ address }) => address);
    const rank = (one: OpenPlace) => order.indexOf(one.place.address);
    const sorted = [...this.#open.values()].sort((one, other) => rank(one) - rank(other));
    this.#open = new Map(sorted.map((one) => [one.place.address, one]));
  }

  #heard({ outer, from, multicast }: Arrival): void {
    if (this.#closed) return;
    // First of all: a sender outside the group changes nothing here (HOSTILE 155).
    const { address, port } = from;
    const bytes = this.options.envelope.open(outer, { address, port });
    if (!bytes) return;
    const how = { isNear: this.isNear(address), multicast };
    if (!this.#doorway.admits(bytes, from, how)) return this.options.dropped(from);
    const isOwn = multicast && port === this.#port && this.#open.has(address);
    if (isOwn) this.#looped.set(address, performance.now());
    this.options.heard({ bytes, from: { address, port }, multicast, zone: zoneOf(address) });
  }

  #sendFrom(place: Place, bytes: Uint8Array, to: Address): void {
    const kind = `send ${place.name} ${place.family}`;
    const sent = (cause: Error | null) => {
      if (!cause) return this.#trouble.over(kind);
      if (codeOf(cause) === 'ENETUNREACH') return this.#noWay(to);
      this.#trouble.tell(kind, `${place.name} does not send: ${reasonOf(cause)}`);
    };
    for (const copy of this.options.envelope.seal(bytes)) {
      this.#open.get(place.address)?.socket.send(copy, to.port, to.address, sent);
    }
  }

  #noWay(to: Address): void {
    const why = 'if it is on the same link, the netmasks of the two hosts differ';
    this.#trouble.tell('no way', `no interface in use leads to ${to.address}; ${why}`);
    this.#doorway.noWay(to.address);
    this.options.noWay(to);
  }

  #failed({ address }: Place, cause: Error): void {
    const what = `the socket of ${address} failed: ${reasonOf(cause)}`;
    this.#trouble.tell(`socket ${address}`, what);
    this.#open.get(address)?.socket.close();
    this.#open.delete(address);
  }

  #places = (): Place[] => [...this.#open.values()].map(({ place }) => place);

  #list(): Place[] {
    return listPlaces(this.options.interfaces, this.options.listInterfaces);
  }

  async #closePlaces(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(({ socket }) => new Promise<void>((done) => socket.close(done))));
  }
}
