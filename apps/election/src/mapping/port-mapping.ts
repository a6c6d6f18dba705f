/**
 * Ports that the router forwards to this host: mapped when the user wants that, renewed, mapped again if the
 * router, the address or a port changed, and removed at the stop.
 */
import type { Mapping, NetworkView } from '@iwanto/bus';
import { type PeerCard, type PeerId, isPublicAddress, reasonOf, sharesPrefix } from '@iwanto/wire';
import { defaultRouters } from './default-router.js';
import { openPcp, openPmp } from './pcp-mapper.js';
import {
  LIFETIME_SECONDS,
  type MappedPort,
  type PortMapper,
  type Protocol,
  type RouterEnds,
} from './port-mapper.js';
import { openUpnp } from './upnp-mapper.js';

/** How often changes are looked for. */
const LOOK_MS = 5_000;
/** A router that restarted has forgotten everything: long before a mapping ends it is asked for again. */
const RENEW_MS = 600_000;
/** After a failure. */
const RETRY_MS = 60_000;
/** How long a stop may wait for the router; if it does not answer, the mappings expire by themselves. */
const CLOSE_LIMIT_MS = 500;

export interface PortMappingOptions {
  /** Open ports of this host, with those of the router that are requested. */
  readonly wishes: () => readonly MappedPort[];
  /** Addresses of this host that are in use. */
  readonly addresses: () => NetworkView['addresses'];
  readonly secret: string;
  /** Whether everybody is admitted: then nothing is opened to the internet. */
  readonly isOpen: boolean;
  /** The ports have changed: other hosts have to be informed. */
  readonly onMapped: () => void;
  readonly onInfo: (sentence: string) => void;
  readonly onTrouble: (sentence: string) => void;
  readonly routers?: () => Promise<string[]>;
  readonly ways?: readonly Way[];
}

/** A way to have ports mapped; they are tried in their order. */
export interface Way {
  readonly via: PortMapper['via'];
  readonly open: (ends: RouterEnds) => Promise<PortMapper>;
}

const waysWith = (secret: string): Way[] => [
  { via: 'PCP', open: (ends) => openPcp({ ...ends, secret }) },
  { via: 'NAT-PMP', open: (ends) => openPmp({ ...ends, secret }) },
  { via: 'UPnP', open: openUpnp },
];

interface Open {
  readonly mapper: PortMapper;
  readonly ends: RouterEnds;
  readonly ports: readonly MappedPort[];
  readonly address: string;
}

export class PortMapping {
  #isWanted = false;
  #open: Open | undefined;
  #trouble: string | undefined;
  /** What was logged last. */
  #said = '';
  /** What the last round covered, and when the next is due in any case. */
  #about = '';
  #dueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #isBusy = false;

  constructor(private readonly options: PortMappingOptions) {}

  /** Begins or ends it; resolves when the ports are mapped, or removed again. */
  async use(isWanted: boolean): Promise<void> {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    clearInterval(this.#timer);
    if (isWanted) this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#about = '';
    await (isWanted ? this.look() : this.#remove());
  }

  /** Asks the router if something changed, or if it is time to. */
  look(): Promise<void> {
    if (this.#isBusy || !this.#isWanted) return this.#working;
    this.#isBusy = true;
    this.#working = this.#round().finally(() => (this.#isBusy = false));
    return this.#working;
  }

  view(): Mapping | null {
    if (!this.#open) return null;
    const { mapper, ends, ports, address } = this.#open;
    return { via: mapper.via, router: ends.router, address, ports: [...ports] };
  }

  /** The card with the router's ports at which outside hosts reach this host. */
  outwardCard(card: PeerCard): PeerCard {
    const outward = (protocol: Protocol, port: number) =>
      this.#open?.ports.find((each) => isSamePort(each, { protocol, port }))?.externalPort ?? port;
    return {
      ...card,
      electionPort: outward('udp', card.electionPort),
      indexerPort: outward('tcp', card.indexerPort),
      transferPort: outward('tcp', card.transferPort),
    };
  }

  troubles(): string[] {
    return this.#trouble === undefined ? [] : [this.#trouble];
  }

  async close(): Promise<void> {
    this.#isWanted = false;
    clearInterval(this.#timer);
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((done) => (limit = setTimeout(done, CLOSE_LIMIT_MS)));
    await Promise.race([late, this.#remove()]).finally(() => clearTimeout(limit));
  }

  async #round(): Promise<void> {
    const ends = await this.#ends();
    const wishes = this.options.wishes();
    const about = JSON.stringify([ends, wishes]);
    const nowMs = performance.now();
    if (wishes.length === 0 || (about === this.#about && nowMs < this.#dueMs)) return;
    this.#about = about;
    try {
      if (!ends) throw new Error('there is no default route to a router in one of its subnets');
      await this.#map(ends, wishes);
      this.#dueMs = nowMs + RENEW_MS;
      this.#trouble = undefined;
    } catch (cause) {
      this.#dueMs = nowMs + RETRY_MS;
      this.#open?.mapper.close();
      this.#open = undefined;
      this.#said = '';
      this.#tell(troubleText(cause, ends, wishes));
    }
    if (!this.#isWanted) await this.#removeNow();
  }

  async #map(ends: RouterEnds, wishes: readonly MappedPort[]): Promise<void> {
    const before = this.#open;
    const isSame = before?.ends.router === ends.router && before.ends.own === ends.own;
    if (before && !isSame) await this.#removeNow();
    const { mapper, ports } =
      isSame && before ? await this.#renewed(before, wishes) : await this.#first(ends, wishes);
    const address = await mapper.externalAddress();
    this.#open = { mapper, ends, ports, address };
    if (isPublicAddress(address) && this.options.isOpen) {
      await this.#removeNow();
      throw new Error(
        `its outer address ${address} is on the internet, and anybody there could join, search and fetch: admit only the members of a group ("iwanto group join NAME") or the peers you trust ("iwanto config set mode pinned") first`,
      );
    }
    const said = mappingText({ via: mapper.via, router: ends.router, address, ports });
    if (said === this.#said) return;
    this.#said = said;
    this.options.onInfo(said);
    this.options.onMapped();
  }

  async #renewed({ mapper, ports }: Open, wishes: readonly MappedPort[]) {
    const isWished = (each: MappedPort) => wishes.some((wish) => isSamePort(wish, each));
    for (const port of ports) if (!isWished(port)) await mapper.unmap(port);
    return { mapper, ports: await mapAll(mapper, wishes, ports) };
  }

  /** The first protocol by which the router maps. */
  async #first(ends: RouterEnds, wishes: readonly MappedPort[]) {
    const { secret, ways = waysWith(secret) } = this.options;
    const refusals: string[] = [];
    for (const { via, open } of ways) {
      let mapper: PortMapper | undefined;
      try {
        mapper = await open(ends);
        return { mapper, ports: await mapAll(mapper, wishes, []) };
      } catch (cause) {
        refusals.push(`${via}: ${reasonOf(cause)}`);
        mapper?.close();
      }
    }
    throw new Error(refusals.join('; '));
  }

  async #ends(): Promise<RouterEnds | undefined> {
    const { addresses, routers = defaultRouters } = this.options;
    const own = addresses().filter(({ address, loopback }) => !loopback && !address.includes(':'));
    for (const router of await routers()) {
      const near = own.find(({ address, prefixBits }) => sharesPrefix(address, router, prefixBits));
      if (near) return { router, own: near.address };
    }
    return undefined;
  }

  async #remove(): Promise<void> {
    await this.#working;
    await this.#removeNow();
    this.#trouble = undefined;
  }

  async #removeNow(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#said = '';
    if (!open) return;
    await Promise.allSettled(open.ports.map((port) => open.mapper.unmap(port)));
    open.mapper.close();
  }

  #tell(sentence: string): void {
    if (sentence !== this.#trouble) this.options.onTrouble(`${sentence}.`);
    this.#trouble = sentence;
  }
}

/** Router ports for TCP: so many blocks of ten ports each, from the first on. */
const OUTER_FIRST = 20_000;
const OUTER_PLACES = 4_000;

/**
 * The ports that others dial. The router's TCP ports differ from the usual ones, which are in the card of a second
 * host behind it that maps nothing: dialling those must not reach this host instead. UDP keeps its number, so that
 * people need not know it. Pieces come over connections that the host with the ports is asked to open.
 */
export function wishesOf(card: PeerCard | null, peer: PeerId): MappedPort[] {
  if (card === null) return [];
  const { electionPort, indexerPort, transferPort } = card;
  const first = OUTER_FIRST + 10 * (Number.parseInt(peer.slice(0, 8), 16) % OUTER_PLACES);
  const wishes: MappedPort[] = [
    { protocol: 'udp', port: electionPort, externalPort: electionPort },
    { protocol: 'tcp', port: indexerPort, externalPort: first },
    { protocol: 'tcp', port: transferPort, externalPort: first + 1 },
  ];
  return wishes.filter(({ port }) => port !== 0);
}

type PortKey = Pick<MappedPort, 'protocol' | 'port'>;

const isSamePort = (one: PortKey, other: PortKey): boolean =>
  one.protocol === other.protocol && one.port === other.port;

/** One after the other: some routers answer one question at a time. What they gave before is asked for again. */
async function mapAll(
  mapper: PortMapper,
  wishes: readonly MappedPort[],
  before: readonly MappedPort[],
): Promise<MappedPort[]> {
  const mapped: MappedPort[] = [];
  for (const wish of wishes) {
    const given = before.find((each) => isSamePort(each, wish)) ?? wish;
    mapped.push(await mapper.map({ ...given, lifetimeSeconds: LIFETIME_SECONDS }));
  }
  return mapped;
}

/** Ports as people read them: `UDP 17117 and TCP 17118, 17119, 17120`. */
const portsText = (ports: readonly MappedPort[]): string =>
  (['udp', 'tcp'] as const)
    .map((protocol) => {
      const numbers = ports.filter((each) => each.protocol === protocol).map(({ port }) => port);
      return numbers.length === 0 ? '' : `${protocol.toUpperCase()} ${numbers.join(', ')}`;
    })
    .filter((text) => text !== '')
    .join(' and ');

const mappingText = ({ via, router, address, ports }: Mapping): string =>
  `The router ${router} maps ${portsText(ports)} at ${address} to this host (${via}).`;

function troubleText(
  cause: unknown,
  ends: RouterEnds | undefined,
  wishes: readonly MappedPort[],
): string {
  if (!ends) return `ports cannot be mapped: ${reasonOf(cause)}`;
  return (
    `the router ${ends.router} does not map ports (${reasonOf(cause)}); switch on UPnP or NAT-PMP there, ` +
    `or forward ${portsText(wishes)} to ${ends.own} there by hand`
  );
}
