/** What the election needs of a network: unicast, multicast, and where each datagram came from. */
import type { NetworkView } from '@iwanto/bus';
import type { Address } from '@iwanto/wire';

/** A datagram as it came in; nothing in it is trusted yet. */
export interface Incoming {
  readonly bytes: Uint8Array;
  readonly from: Address;
  readonly multicast: boolean;
  /** The interface of a link-local sender, empty for all others. */
  readonly zone: string;
}

export interface NetworkOptions {
  readonly heard: (incoming: Incoming) => void;
  /** A datagram came from outside its own subnets, from a host that nobody named. */
  readonly dropped: (from: Address) => void;
  /** A datagram waited for so long that working on it would only cost time. */
  readonly stale: (from: Address) => void;
  /** A datagram went to this address outside its own subnets, which was not heard lately: the election must knock there. */
  readonly outside: (to: Address) => void;
  /** This host has no route to that address: nothing that was sent there has left. */
  readonly noWay: (to: Address) => void;
  /** One sentence that a person should read. */
  readonly onTrouble: (sentence: string) => void;
}

/** The sockets, or what a test puts in their place. Nothing here ever throws because of the network. */
export interface Network {
  /** The UDP port that unicast datagrams come in on. */
  readonly port: number;
  send(bytes: Uint8Array, to: Address): void;
  /**
   * Sends to everybody on every interface, loopback last. `bytesFor` gives the bytes for this host's own
   * peers and for all others: they differ if an address means nothing on another host.
   */
  multicast(bytesFor: (reach: Reach) => Uint8Array | undefined): void;
  /** Accepts a host outside its own subnets: one that the user or a member named. */
  acquaint(address: string): void;
  /** Replaces the hosts that the user added: they are knocked at even if they seem to be near. */
  added(addresses: readonly string[]): void;
  /** That host outside its own subnets now accepts this one: sends again what may have been dropped there. */
  opened(to: Address): void;
  /** Whether that host is in one of this host's own subnets, or is this host. */
  isNear(address: string): boolean;
  /** The address that others most likely reach this host by. */
  ownAddress(): string;
  /** The addresses in use, who was heard from outside their subnets or the group, and what does not work. */
  view(): Pick<NetworkView, 'addresses' | 'outside' | 'strangers' | 'troubles'>;
  close(): Promise<void>;
}

/** Whether a datagram stays on this host. */
export type Reach = 'host' | 'lan';
