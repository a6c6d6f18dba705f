/** What the three ways of making a router map a port have in common. */

export type Protocol = 'udp' | 'tcp';

export interface MappedPort {
  readonly protocol: Protocol;
  /** Of this host. */
  readonly port: number;
  /** The router's; it may grant another one than was requested. */
  readonly externalPort: number;
}

export interface MapQuestion extends MappedPort {
  /** 0 removes the mapping. */
  readonly lifetimeSeconds: number;
}

/** One way; every call rejects with a sentence that names what the router said, or that it said nothing. */
export interface PortMapper {
  readonly via: 'PCP' | 'NAT-PMP' | 'UPnP';
  /** Maps a port, or renews its mapping; resolves with the port that the router gave. */
  map(wish: MapQuestion): Promise<MappedPort>;
  unmap(mapped: MappedPort): Promise<void>;
  /** The router's address on its other side; asked after a port was mapped. */
  externalAddress(): Promise<string>;
  close(): void;
}

/** Both ends of the link to a router. */
export interface RouterEnds {
  /** The router's address on this side. */
  readonly router: string;
  /** This host's address. */
  readonly own: string;
}

/** How long a mapping lasts unless it is renewed: that of a host that was unplugged is gone after two hours. */
export const LIFETIME_SECONDS = 7_200;
