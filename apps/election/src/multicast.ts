/**
 * The real network: the sockets of this host's own addresses and those that hear the group, with the envelope, the
 * doorway and the routes in between. No socket ever follows the default route.
 */
import { lookRegularly } from '@iwanto/bus';
import { type Address, MULTICAST_GROUP } from '@iwanto/wire';
import { Doorway } from './doorway.js';
import type { Envelope } from './envelope.js';
import { GroupSockets } from './group-sockets.js';
import type { Network, NetworkOptions, Reach } from './network.js';
import { PlaceSockets } from './place-sockets.js';
import {
  type ListInterfaces,
  type Place,
  isNear,
  nearPlace,
  placesOutward,
  zoneOf,
} from './places.js';
import { type Arrival, Received } from './received.js';
import { Routes } from './routes.js';
import { TroubleTeller } from './trouble.js';

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

/** Opens every socket. Rejects only when none of 65 ports is free. */
export async function openUdpNetwork(options: UdpNetworkOptions): Promise<UdpNetwork> {
  const network = new UdpNetwork(options);
  await network.open();
  return network;
}

export class UdpNetwork implements Network {
  readonly #sockets: PlaceSockets;
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
    const { interfaces, listInterfaces, discoveryPort, outside, stale, onTrouble } = options;
    const trouble = new TroubleTeller(onTrouble);
    this.#trouble = trouble;
    this.#doorway = new Doorway(outside);
    this.#received = new Received((arrival) => this.#heard(arrival), stale);
    this.#sockets = new PlaceSockets({
      ...{ interfaces, listInterfaces, trouble },
      heard: (arrival) => this.#received.put(arrival),
      went: ({ address }) => this.#doorway.went(address),
      noWay: (to) => this.#noWay(to),
    });
    this.#groups = new GroupSockets({
      ...{ port: discoveryPort, trouble },
      heard: (outer, from) => this.#received.put({ outer, from, multicast: true }),
    });
  }

  get port(): number {
    return this.#sockets.port;
  }

  async open(): Promise<void> {
    await this.#sockets.open(this.options.port);
    await this.#groups.join(this.#sockets.places());
    this.#stopLooking = lookRegularly(() => void this.relist());
  }

  send(bytes: Uint8Array, to: Address): void {
    const near = nearPlace(this.#sockets.places(), to.address);
    if (near) this.#sendFrom(near, bytes, to);
    else this.#sendOutward(bytes, to);
    this.#doorway.sent(bytes, to, near !== undefined);
  }

  /** From the only place there is, otherwise from the one that the kernel chooses. */
  #sendOutward(bytes: Uint8Array, to: Address): void {
    const [first, second] = placesOutward(this.#sockets.places(), to.address);
    if (!first) return this.#noWay(to);
    if (!second) return this.#sendFrom(first, bytes, to);
    this.#routes.withSource(to.address, (source = first.address) => {
      const places = placesOutward(this.#sockets.places(), to.address);
      const place = places.find(({ address }) => address === source) ?? places[0];
      if (place) this.#sendFrom(place, bytes, to);
    });
  }

  multicast(bytesFor: (reach: Reach) => Uint8Array | undefined): void {
    for (const place of this.#sockets.places()) {
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
    return this.#sockets.places().some((place) => isNear(place, address));
  }

  ownAddress(): string {
    return this.#sockets.places()[0]?.address ?? '127.0.0.1';
  }

  view(): ReturnType<Network['view']> {
    const nowMs = performance.now();
    const loopedMsAgo = (address: string) => {
      const atMs = this.#looped.get(address);
      return atMs === undefined ? null : nowMs - atMs;
    };
    return {
      addresses: this.#sockets
        .places()
        .map(({ name, address, prefixBits, loopback, multicast }) => ({
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
    await this.#sockets.close();
  }

  /** Opens sockets for addresses that came, closes those of addresses that went. */
  relist(): Promise<void> {
    this.#relisting ??= this.#relistOnce().finally(() => (this.#relisting = undefined));
    return this.#relisting;
  }

  async #relistOnce(): Promise<void> {
    if (this.#closed || !(await this.#sockets.relist())) return;
    this.#routes.forget();
    this.#doorway.moved();
    await this.#groups.join(this.#sockets.places());
  }

  #heard({ outer, from, multicast }: Arrival): void {
    if (this.#closed) return;
    // First of all: a sender outside the group changes nothing here (HOSTILE 155).
    const { address, port } = from;
    const bytes = this.options.envelope.open(outer, { address, port });
    if (!bytes) return;
    const how = { isNear: this.isNear(address), multicast };
    if (!this.#doorway.admits(bytes, from, how)) return this.options.dropped(from);
    const isOwn = multicast && port === this.port && this.#sockets.has(address);
    if (isOwn) this.#looped.set(address, performance.now());
    this.options.heard({ bytes, from: { address, port }, multicast, zone: zoneOf(address) });
  }

  #sendFrom(place: Place, bytes: Uint8Array, to: Address): void {
    for (const copy of this.options.envelope.seal(bytes)) {
      this.#sockets.send(place, copy, to);
    }
  }

  #noWay(to: Address): void {
    const why = 'if it is on the same link, the netmasks of the two hosts differ';
    if (!this.#doorway.noWay(to.address))
      this.#trouble.tell('no way', `no interface in use leads to ${to.address}; ${why}`);
    this.options.noWay(to);
  }
}
