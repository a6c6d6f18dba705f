/** One schedule from start to verdict: faults first, then healing, then the checks. */
import { stackOf } from '@iwanto/wire';
import { phaseOf, reignOf, type State } from '@iwanto/consensus';
import { agreement, isHere, leadersOf } from './agreement.js';
import { checkLines } from './check-lines.js';
import { endMs } from './faults.js';
import type { Host } from './host.js';
import { Safety } from './safety.js';
import type { Never, Schedule } from './schedule.js';
import { strike } from './strike.js';
import { Walls } from './walls.js';
import { type Witness, World } from './world.js';

export interface Report {
  /** The first thing that went wrong; null when nothing did. */
  readonly failure: string | null;
  readonly atMs: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly healedInMs: number | null;
}

/** Bounds of healing: L1. */
const WIRED_MS = 3_000;
const DOUBLE_MS = 4_500;
const LOSSY_MS = 20_000;
/** After a heal no link loses more than this: L1 promises nothing beyond. */
const HEALED_LOSS_MAX = 0.05;
/** A suspicion or a face-off that is under way at the heal may still run its course. */
const UNDERWAY_MS = 1_000;
const POLL_MS = 50;
const STABLE_MS = 6_000;
const GRACE_MS = 1_000;

/** Runs a schedule; the witness sees every turn, for example to write a trace. */
export function run(schedule: Schedule, watch?: (world: World) => Witness): Report {
  const world = build(schedule);
  const safety = new Safety(world);
  world.witnesses.push(safety);
  if (watch !== undefined) world.witnesses.push(watch(world));
  if (schedule.never !== undefined) world.witnesses.push(forbid(world, schedule.never));
  let healedInMs: number | null = null;
  try {
    plan(world, safety, schedule);
    const healMs = Math.max(
      0,
      ...schedule.hosts.map((each) => each.startMs),
      ...schedule.faults.map(endMs),
    );
    world.run(healMs);
    heal(world, safety);
    if (world.failure === null) healedInMs = settle(world, safety, schedule);
    const { endEpoch } = schedule;
    if (
      endEpoch !== undefined &&
      world.hosts.some((host) => host.up && host.state.epoch !== endEpoch)
    )
      world.fail(`not all end in epoch ${endEpoch}`);
  } catch (mistake) {
    world.fail(stackOf(mistake));
  }
  const { failure, nowMs, events } = world;
  return { failure, atMs: nowMs, events, simulatedMs: nowMs, healedInMs };
}

/** Fails the run when a host is in a phase that its scenario forbids. */
function forbid(world: World, never: readonly Never[]): Witness {
  return {
    after: (host) => {
      for (const { host: index, phase, afterMs } of never)
        if (host.index === index && phaseOf(host.state) === phase && world.nowMs > afterMs)
          world.fail(`${host.name} is ${phase} at ${Math.round(world.nowMs)} ms`);
    },
  };
}

export function build(schedule: Schedule): World {
  const { seed, link, hints, hosts } = schedule;
  const world = new World({ seed, hosts: hosts.length, link, hints });
  hosts.forEach((plan, index) => {
    const host = world.host(index);
    host.skewMs = plan.skewMs;
    host.staticPeers = plan.knows.map((each) => world.host(each).address);
  });
  return world;
}

export function plan(world: World, safety: Safety, schedule: Schedule): void {
  schedule.hosts.forEach(({ startMs }, index) => {
    world.agenda.at(startMs, () => world.start(index));
  });
  for (const fault of schedule.faults) {
    world.agenda.at(fault.atMs, () => {
      safety.disturbedMs = Math.max(safety.disturbedMs, endMs(fault));
      strike(world, fault);
    });
  }
}

/** Everything works again; hosts that are down stay down. */
export function heal(world: World, safety: Safety): void {
  const { network } = world;
  network.heal();
  const loss = Math.min(network.link.loss, HEALED_LOSS_MAX);
  network.link = {
    ...network.link,
    loss,
    multicastLoss: Math.min(network.link.multicastLoss, loss),
  };
  safety.disturbedMs = world.nowMs;
}

function boundMs(world: World, schedule: Schedule, healMs: number): number {
  if (schedule.withinMs !== undefined) return schedule.withinMs;
  const { link } = world.network;
  if (link.loss > 0 || !link.multicast || link.subnets > 1) return LOSSY_MS;
  const late = schedule.faults.filter((each) => endMs(each) > healMs - DOUBLE_MS);
  return late.length >= 2 ? DOUBLE_MS : WIRED_MS;
}

/** Waits for agreement within its bound, then for calm; returns how long agreement took. */
function settle(world: World, safety: Safety, schedule: Schedule): number | null {
  const healMs = world.nowMs;
  let favourite = oldestLease(world);
  const mustAgree = areConnected(world);
  const limitMs = healMs + boundMs(world, schedule, healMs);
  let agreed = agreement(world, true);
  let sinceMs = world.nowMs;
  while (world.failure === null && world.nowMs < limitMs) {
    if (typeof agreed !== 'string' && world.nowMs >= healMs + UNDERWAY_MS) break;
    if (typeof agreed === 'string') sinceMs = world.nowMs + POLL_MS;
    world.run(world.nowMs + POLL_MS);
    agreed = agreement(world, true);
    // Its lease may run out before the two meet: then it yields, by S35.
    if (favourite?.state.leader?.lost === true) favourite = null;
  }
  if (world.failure !== null || !mustAgree || world.hosts.every((host) => !host.up)) return null;
  if (typeof agreed === 'string') {
    world.fail(`L1: no agreement ${Math.round(world.nowMs - healMs)} ms after healing: ${agreed}`);
    return null;
  }
  if (favourite !== null && favourite !== agreed)
    world.fail(`L2b: ${agreed.name} won over the older ${favourite.name}`);
  const changes = safety.leaderChanges;
  world.run(world.nowMs + STABLE_MS);
  if (world.failure !== null) return null;
  if (safety.leaderChanges !== changes) world.fail('L6: the leader changed again');
  const most = (3 * schedule.faults.length + 2) * world.hosts.length;
  if (safety.leaderChanges > most) world.fail(`L6: ${safety.leaderChanges} leader changes`);
  checkSettled(world);
  if (world.failure === null) checkLines(world, wallsOf(world, schedule));
  return sinceMs - healMs;
}

const wallsOf = (world: World, { hosts }: Schedule): Walls =>
  new Walls(
    world,
    [...hosts.keys()].filter((index) => hosts[index]?.isClosed === true),
  );

/** The one that must win among several leaders that hold a lease at the heal. */
function oldestLease(world: World): Host | null {
  const leaders = leadersOf(world);
  const { link } = world.network;
  if (leaders.length < 2 || link.loss > 0 || !link.multicast || link.subnets > 1) return null;
  const firm = leaders.every(
    ({ state, pausedUntilMs }) =>
      phaseOf(state) === 'leading' &&
      pausedUntilMs === 0 &&
      state.leader?.lost === false &&
      isFirm(world, state),
  );
  if (!firm) return null;
  return leaders.reduce((a, b) => (isOlderHost(a, b) ? a : b));
}

/** Yields to nobody, and hears its members if it had any. */
function isFirm(world: World, state: State): boolean {
  const reign = reignOf(state);
  if (reign === null || reign.yieldings.size > 0) return false;
  return !reign.hadMembers || world.nowMs - reign.heardMs < state.timers.lostMs / 2;
}

const isOlderHost = (a: Host, b: Host) =>
  a.state.rank < b.state.rank || (a.state.rank === b.state.rank && a.peer < b.peer);

/** Whether the living hosts can find each other at all: by multicast, or by addresses they know. */
function areConnected(world: World): boolean {
  const { link } = world.network;
  if (link.multicast && link.subnets === 1) return true;
  const live = world.hosts.filter(isHere);
  const byAddress = new Map(live.map((host) => [host.address.address, host]));
  const links = new Map<Host, Set<Host>>(live.map((host) => [host, new Set()]));
  for (const host of live) {
    const near = live.filter((each) => world.network.isNear(host.index, each.index));
    if (link.multicast) for (const each of near) links.get(host)?.add(each);
    const { seeds, leader } = host.state;
    for (const { address } of [
      ...seeds.staticPeers,
      ...seeds.remembered.values(),
      ...(leader?.address ? [leader.address] : []),
    ]) {
      const other = byAddress.get(address);
      if (other === undefined || isOutOfReach(world, host, other)) continue;
      links.get(host)?.add(other);
      links.get(other)?.add(host);
    }
  }
  const reached = new Set<Host>(live.slice(0, 1));
  for (const host of reached) for (const other of links.get(host) ?? []) reached.add(other);
  return reached.size === live.length;
}

/** Nobody reaches a host behind a translating router that does not send there itself. */
const isOutOfReach = ({ network }: World, host: Host, other: Host): boolean =>
  network.isAtHome(other.index) && !network.isNear(host.index, other.index);

/** What must hold once all is calm: L1 to L5. */
function checkSettled(world: World): void {
  const { timers } = world.host(0).state;
  world.run(world.nowMs + timers.keepAliveMinMs * timers.evictPeriods + GRACE_MS - STABLE_MS / 2);
  const agreed = agreement(world, true);
  if (world.failure !== null) return;
  if (typeof agreed === 'string') {
    world.fail(`L4: agreement was lost again: ${agreed}`);
    return;
  }
  const { state } = agreed;
  const live = world.hosts.filter((host) => host.up && host !== agreed);
  for (const host of live) {
    const member = state.members.get(host.peer);
    if (member?.boot !== host.boot) world.fail(`L3: ${host.name} is not in the roster`);
    else if (member.rank <= state.rank) world.fail(`L2: ${host.name} is older than its leader`);
    else if (member.catalogue?.revision !== host.catalogue?.revision)
      world.fail(`L5: the leader has not the catalogue of ${host.name}`);
  }
  if ([...state.members.values()].filter((each) => each.confirmed).length !== live.length)
    world.fail('L3: somebody dead is in the roster');
}
