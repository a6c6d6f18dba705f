/** The peers a user named: host names are resolved repeatedly, since they may move. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ADDED_ADDRESSES_MAX } from '@iwanto/bus';
import { type Address, isHostAddress } from '@iwanto/wire';

export interface NamedPeer {
  readonly host: string;
  readonly port: number;
}

/** A named peer with the addresses that its name stands for. */
export interface KnownHost extends NamedPeer {
  readonly addresses: readonly Address[];
  /** When it was first resolved, by the clock of `performance`. */
  readonly sinceMs: number;
}

export type LookUp = (host: string) => Promise<readonly { address: string }[]>;

/** How long one name may take. */
const LOOK_UP_LIMIT_MS = 2_000;
const AGAIN_MS = 60_000;

const system: LookUp = (host) => lookup(host, { all: true });

/** The addresses of one host, at most 16: one name may stand for hosts in several subnets. None if it is unknown or takes longer than 2 s. */
export async function addressesOf(
  { host, port }: NamedPeer,
  lookUp: LookUp = system,
): Promise<Address[]> {
  if (isIP(host) !== 0) return isHostAddress(host) ? [{ address: host, port }] : [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((done) => {
    timer = setTimeout(() => done([]), LOOK_UP_LIMIT_MS);
  });
  const found = lookUp(host).catch(() => []);
  const addresses = await Promise.race([found, late]).finally(() => clearTimeout(timer));
  return addresses
    .filter(({ address }) => isHostAddress(address))
    .slice(0, ADDED_ADDRESSES_MAX)
    .map(({ address }) => ({ address, port }));
}

/** Resolves all names and reports the addresses, every minute and whenever a name is added. */
export class StaticPeers {
  #named: readonly NamedPeer[] = [];
  #round = 0;
  #known: readonly KnownHost[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly changed: (addresses: readonly Address[]) => void,
    private readonly lookUp: LookUp = system,
  ) {
    this.#timer = setInterval(() => void this.use(this.#named), AGAIN_MS);
  }

  /** Replaces the peers with these; resolves once their addresses have been reported. */
  async use(named: readonly NamedPeer[]): Promise<void> {
    this.#named = named;
    const round = (this.#round += 1);
    const known = await Promise.all(
      named.map(async (each) => ({
        ...each,
        addresses: await addressesOf(each, this.lookUp),
        sinceMs: this.#sinceOf(each),
      })),
    );
    if (round !== this.#round || (named.length === 0 && this.#known.length === 0)) return;
    this.#known = known;
    this.changed(known.flatMap(({ addresses }) => addresses));
  }

  #sinceOf({ host, port }: NamedPeer): number {
    const before = this.#known.find((each) => each.host === host && each.port === port);
    return before?.sinceMs ?? performance.now();
  }

  /** The peers as last resolved. */
  known(): readonly KnownHost[] {
    return this.#known;
  }

  close(): void {
    this.#round += 1;
    clearInterval(this.#timer);
  }
}
