/**
 * Hosts that can be woken when they sleep: while one is online its hardware address is learnt from the kernel's table of
 * neighbours, and kept. Only hosts of this host's own subnets have one there; a router's would wake the router.
 */
import { createSocket } from 'node:dgram';
import { type KnownPeer, type NetworkView, lookRegularly } from '@iwanto/bus';
import { Failure, type PeerId, isLinkLocal, isLoopback, reasonOf, setRecent } from '@iwanto/wire';
import { sendMagic, waysTo } from './magic-packet.js';
import { type Neighbour, neighbours } from './neighbour-table.js';
import { SLEEPERS_MAX, type Sleeper, loadSleepers, saveSleepers } from './sleepers-file.js';

/** How often hosts that are online are looked up. */
const LOOK_MS = 10_000;
/** The program for IPv6 is run once in so many looks. */
const SIX_EVERY = 6;
/** Hosts per look whose address the kernel is made to resolve, since two members need not have exchanged anything. */
const NUDGED_MAX = 4;
/** In a larger crowd nothing is resolved on purpose: that would be one request per pair. */
const NUDGED_PEERS_MAX = 64;
/** Nobody listens there; only the question for the hardware address matters. */
const DISCARD_PORT = 9;
/** If nothing else has changed, the last sighting is written at most this often. */
const SEEN_STEP_MS = 3_600_000;

type HereHost = Pick<KnownPeer, 'peer' | 'name' | 'address'>;

export interface SleepersOptions {
  readonly path: string;
  /** Addresses of this host that are in use. */
  readonly addresses: () => NetworkView['addresses'];
  readonly peers: () => readonly (HereHost & Pick<KnownPeer, 'member' | 'seen'>)[];
  readonly isNear: (address: string) => boolean;
  readonly onTrouble: (sentence: string) => void;
  readonly table?: (withSix: boolean) => Promise<Neighbour[]>;
  readonly dateMs?: () => number;
  readonly nudge?: (address: string) => void;
}

export class Sleepers {
  #known = new Map<PeerId, Sleeper>();
  #looks = 0;
  #writtenMs = 0;
  readonly #stopLooking: () => void;
  readonly #loaded: Promise<void>;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: SleepersOptions) {
    this.#loaded = loadSleepers(options.path).then((known) => void (this.#known = known));
    this.#stopLooking = lookRegularly(() => void this.look(), LOOK_MS);
  }

  /** Learns the hardware addresses of the hosts that are online. */
  async look(): Promise<void> {
    await this.#loaded;
    const { peers, isNear, table = neighbours, nudge = nudgeKernel } = this.options;
    const here = peers().filter(
      ({ address, member, seen }) =>
        member && seen !== 'self' && !isLoopback(address) && isNear(address),
    );
    if (here.length === 0) return;
    const withSix = this.#looks % SIX_EVERY === 0 && here.some(({ address }) => isSix(address));
    this.#looks += 1;
    const byAddress = new Map((await table(withSix)).map((each) => [each.address, each]));
    let changed = false;
    for (const { peer, name, address } of here) {
      const found = byAddress.get(address);
      if (found && this.#learn({ peer, name, ...found })) changed = true;
    }
    const unknown = here.filter(({ peer }) => !this.#known.has(peer));
    if (here.length <= NUDGED_PEERS_MAX)
      for (const { address } of unknown.slice(0, NUDGED_MAX)) nudge(address);
    if (changed) this.#save();
  }

  /** What is known after a look at the hosts that are online. */
  async learntNow(): Promise<{ hosts: Sleeper[] }> {
    await this.look();
    return { hosts: this.list() };
  }

  /** Those that can be woken, the one last seen first. */
  list(): Sleeper[] {
    return [...this.#known.values()].toSorted((one, other) => other.seenMs - one.seenMs);
  }

  /** Sends the packet; resolves with the interfaces it left by. */
  async wake(peer: PeerId): Promise<{ interfaces: string[] }> {
    const sleeper = this.#known.get(peer);
    if (!sleeper)
      throw new Failure(
        'E_NOT_FOUND',
        `The hardware address of ${peer} was never learnt: only a host that was once online in the same subnet can be woken.`,
      );
    const ways = waysTo(sleeper, this.options.addresses());
    if (ways.length === 0)
      throw new Failure(
        'E_NO_SOURCE',
        `${sleeper.name} was reached over ${sleeper.interface}, which this host does not use now: check "iwanto config get interfaces" and the cable.`,
      );
    const sent = await Promise.allSettled(ways.map((way) => sendMagic(sleeper.mac, way)));
    const interfaces = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [failed] = sent.filter((one) => one.status === 'rejected');
    if (interfaces.length === 0)
      throw new Failure('E_NO_SOURCE', `Nothing could be sent: ${reasonOf(failed?.reason)}.`);
    return { interfaces: [...new Set(interfaces)] };
  }

  async close(): Promise<void> {
    this.#stopLooking();
    await this.#loaded;
    if (this.#known.size > 0) this.#save();
    await this.#writing;
  }

  /** True if that is worth writing to disk. */
  #learn(found: HereHost & Neighbour): boolean {
    const { peer, name, mac, address } = found;
    const seenMs = (this.options.dateMs ?? Date.now)();
    const before = this.#known.get(peer);
    const sleeper = { peer, name, mac, interface: found.interface, address, seenMs };
    const isSame =
      before?.mac === mac &&
      before.name === name &&
      before.address === address &&
      before.interface === found.interface;
    setRecent(this.#known, [peer, sleeper], SLEEPERS_MAX);
    if (isSame && Math.abs(seenMs - this.#writtenMs) < SEEN_STEP_MS) return false;
    this.#writtenMs = seenMs;
    return true;
  }

  #save(): void {
    const { path, onTrouble } = this.options;
    this.#writing = this.#writing
      .then(() => saveSleepers(path, this.#known.values()))
      .catch((cause: unknown) =>
        onTrouble(`The list of hosts that can be woken cannot be written: ${reasonOf(cause)}.`),
      );
  }
}

const isSix = (address: string): boolean => address.includes(':');

/** One byte to a port where nobody listens: the kernel has to ask for the hardware address first. */
function nudgeKernel(address: string): void {
  if (isLinkLocal(address) && !address.includes('%')) return;
  const socket = createSocket(isSix(address) ? 'udp6' : 'udp4');
  socket.on('error', () => undefined);
  socket.send(new Uint8Array(1), DISCARD_PORT, address, () => socket.close());
}
