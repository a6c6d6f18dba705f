/** One run as data: the hosts, their network, and what goes wrong when. All of it is derived from one seed. */
import { type Fault, makeFaults, makeRouterFaults } from './faults.js';
import type { Link } from './network.js';
import { prng } from './prng.js';

export interface HostPlan {
  readonly startMs: number;
  /** Wall clock error. */
  readonly skewMs: number;
  /** Hosts whose addresses the user gave. */
  readonly knows: readonly number[];
  /** Its firewall drops inbound TCP. */
  readonly isClosed?: boolean;
}

export interface Never {
  readonly host: number;
  readonly phase: string;
  readonly afterMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly link: Link;
  readonly hints: boolean;
  readonly hosts: readonly HostPlan[];
  readonly faults: readonly Fault[];
  /** Time to heal if the bound of L1 does not apply, such as for a crowd that is admitted slowly. */
  readonly withinMs?: number;
  /** What a directed scenario forbids beyond the invariants: a host in a phase, from some time on. */
  readonly never?: readonly Never[];
  /** The epoch all must end in. */
  readonly endEpoch?: number;
}

const HOUR_MS = 3_600_000;

/** The schedule of a seed, with `hosts` hosts or 2 to 8. */
export function makeSchedule(seed: number, hostCount?: number): Schedule {
  const dice = prng(seed ^ 0x5eed);
  const count = hostCount ?? 2 + dice.below(7);
  const multicast = dice.chance(0.8);
  const link: Link = {
    delayMs: dice.pick([0.3, 3, 15]),
    loss: dice.pick([0, 0, 0.01, 0.05, 0.2]),
    multicastLoss: dice.chance(0.3) ? 0.2 : 0,
    duplicates: 0.05,
    multicast,
    subnets: 1,
    home: null,
  };
  const skewed = dice.chance(0.4);
  const hosts = Array.from({ length: count }, (_, index) => ({
    startMs: Math.round(dice.chance(0.7) ? 50 * dice.unit() : 2_000 * dice.unit()),
    skewMs: skewed ? Math.round(HOUR_MS * (2 * dice.unit() - 1)) : 0,
    knows: index > 0 && (!multicast || dice.chance(0.1)) ? [dice.below(index)] : [],
  }));
  const hints = dice.chance(0.5);
  const faults = makeFaults(dice, count);
  const routed = dice.chance(0.2) ? 2 + dice.below(2) : 1;
  const subnets = Math.min(routed, count);
  // One address given in one subnet joins it to the ones before.
  const joined = hosts.map((host, index) =>
    index > 0 && index < subnets ? { ...host, knows: [dice.below(index)] } : host,
  );
  const ofRouters = subnets > 1 ? makeRouterFaults(dice, subnets) : [];
  const all = [...faults, ...ofRouters].sort((a, b) => a.atMs - b.atMs);
  // The last subnet joins the others from its own side, as a home must.
  const home = subnets > 1 && dice.chance(0.3) ? subnets - 1 : null;
  const walled = dice.chance(0.3);
  const closed = joined.map((host) =>
    walled && dice.chance(0.4) ? { ...host, isClosed: true } : host,
  );
  return { seed, link: { ...link, subnets, home }, hints, hosts: closed, faults: all };
}
