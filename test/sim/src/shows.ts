/** The figures of the election in virtual time, each compared with the goal it must reach. */
import { LIMITS, peersOf } from '@iwanto/consensus';
import { agreement } from './agreement.js';
import { Datagrams } from './datagrams.js';
import type { Host } from './host.js';
import type { Link } from './network.js';
import { Safety } from './safety.js';
import { World } from './world.js';

const KILLS = 200;
const KILLS_A_WORLD = 20;
const STEP_MS = 2;
const GIVE_UP_MS = 30_000;
const MINUTES_CALM = 10;
const JOINS = 50;

interface Setting {
  readonly hosts: number;
  readonly loss: number;
  readonly hints?: boolean;
  /** With routers in between; one address was given in each but the first. */
  readonly subnets?: number;
  readonly seed: number;
}

const LAN: Link = {
  ...{ delayMs: 0.3, loss: 0, multicastLoss: 0, duplicates: 0, multicast: true },
  ...{ subnets: 1, home: null },
};

function settled({ hosts, loss, hints = false, subnets = 1, seed }: Setting): World {
  const link = { ...LAN, loss, subnets };
  const world = new World({ seed, hosts, link, hints });
  // Crowds join as fast as they are admitted: how a burst of joiners does is a scenario of its own.
  const everyMs = hosts > LIMITS.crowd ? 1_100 / LIMITS.welcomesPerSecond : 1;
  for (const host of world.hosts.slice(1, subnets)) host.staticPeers = [world.host(0).address];
  for (const host of world.hosts)
    world.agenda.at(host.index * everyMs, () => world.start(host.index));
  world.run(hosts * everyMs);
  for (let ms = 0; typeof agreement(world, true) === 'string'; ms += 100) {
    if (ms > 120_000) throw new Error(`${hosts} hosts do not settle`);
    world.run(world.nowMs + 100);
  }
  world.run(world.nowMs + 2_500 + 1_000 * world.prng.unit());
  return world;
}

/** How long until all name the same living leader again. */
function untilAgreed(world: World): number {
  const fromMs = world.nowMs;
  while (typeof agreement(world, false) === 'string' && world.nowMs - fromMs < GIVE_UP_MS)
    world.run(world.nowMs + STEP_MS);
  return world.nowMs - fromMs;
}

type Harm = 'crash' | 'leave';

/** Harms one leader after another, each back as a newcomer before the next is harmed. */
function harmLeaders(setting: Setting, harm: Harm, times: number): number[] {
  const world = settled(setting);
  return Array.from({ length: times }, () => {
    const leader = agreement(world, true);
    if (typeof leader === 'string') throw new Error(`no calm before a ${harm}: ${leader}`);
    if (harm === 'crash') world.crash(leader.index);
    else world.give(leader, { type: 'leave' });
    const tookMs = untilAgreed(world);
    world.run(world.nowMs + 300);
    world.start(leader.index);
    for (let ms = 0; ms < 1_500 || typeof agreement(world, true) === 'string'; ms += 100)
      world.run(world.nowMs + 100);
    world.run(world.nowMs + 1_000 * world.prng.unit());
    return tookMs;
  });
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

function row(name: string, figures: string, goal: string, reached: boolean): boolean {
  console.log(`${reached ? 'ok  ' : 'MISS'} ${name.padEnd(44)} ${figures.padEnd(34)} goal ${goal}`);
  return reached;
}

function failOver(harm: Harm, setting: Omit<Setting, 'seed'>, goalMs: number): boolean {
  const times: number[] = [];
  for (let seed = 0; times.length < KILLS; seed++)
    times.push(...harmLeaders({ ...setting, seed }, harm, KILLS_A_WORLD));
  times.sort((a, b) => a - b);
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map(Math.round);
  const hint = setting.hints === true ? ', TCP hint' : '';
  const where = setting.subnets === undefined ? '' : `, ${setting.subnets} subnets`;
  const name = `${harm}, N=${setting.hosts}${where}, ${setting.loss * 100} % loss${hint}, ${KILLS} times`;
  return row(name, `p50 ${p50} ms, p99 ${p99} ms`, `p99 <= ${goalMs} ms`, (p99 ?? NaN) <= goalMs);
}

/** One command in one of three subnets names an address in each other one: how long until all list all. */
function campus(hosts: number, goalMs: number): boolean {
  const times = Array.from({ length: JOINS }, (_, seed) => {
    const world = new World({ seed, hosts, link: { ...LAN, subnets: 3 }, hints: false });
    for (const host of world.hosts) world.agenda.at(host.index, () => world.start(host.index));
    world.run(6_000 + 1_000 * world.prng.unit());
    const fromMs = world.nowMs;
    world.addPeers(world.prng.below(hosts / 3) * 3, [1, 2]);
    while (
      !world.hosts.every((host) => listedBy(host) === hosts) &&
      world.nowMs - fromMs < GIVE_UP_MS
    )
      world.run(world.nowMs + STEP_MS);
    return world.nowMs - fromMs;
  }).sort((a, b) => a - b);
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)].map(Math.round);
  const name = `one peers add, N=${hosts}, 3 subnets, ${JOINS} times`;
  return row(name, `p50 ${p50} ms, p99 ${p99} ms`, `p99 <= ${goalMs} ms`, (p99 ?? NaN) <= goalMs);
}

/** Members of its cluster that a host lists, this one included. */
const listedBy = ({ state, up, peer }: Host): number =>
  up ? 1 + peersOf(state, 0).filter((each) => each.member && each.peer !== peer).length : 0;

function calm(): boolean {
  const world = settled({ hosts: 10, loss: 0.05, seed: 1 });
  const safety = new Safety(world);
  world.witnesses.push(safety);
  world.run(world.nowMs + MINUTES_CALM * 60_000);
  const { failure } = world;
  if (failure !== null) console.log(failure);
  const changes = safety.leaderChanges;
  const name = `${MINUTES_CALM} min at 5 % loss, N=10`;
  return row(name, `${changes} leader changes`, '0', changes === 0 && failure === null);
}

/** Bytes per second, UDP and IP headers included: leader, standbys, and the busiest ordinary peer. */
function traffic(hosts: number, goals: { ordinary: number; leader: number }): boolean {
  const world = settled({ hosts, loss: 0, seed: 1 });
  world.run(world.nowMs + 30_000);
  const datagrams = new Datagrams(world);
  world.witnesses.push(datagrams);
  const seconds = hosts > 500 ? 5 : 30;
  world.run(world.nowMs + seconds * 1_000);
  const leader = agreement(world, false);
  if (typeof leader === 'string' || world.failure !== null)
    return row(`traffic, N=${hosts}`, world.failure ?? 'no agreement', 'calm', false);
  const rates = (index: number) =>
    [datagrams.sentBytes, datagrams.receivedBytes].map((each) =>
      Math.round((each[index] ?? 0) / seconds),
    );
  const standby = leader.state.standbys.map((each) => each.peer);
  const ordinary = world.hosts.filter((host) => host !== leader && !standby.includes(host.peer));
  const busiest = Math.max(...ordinary.map((host) => Math.max(...rates(host.index))));
  const [sent = 0, received = 0] = rates(leader.index);
  const first = world.hosts.find((host) => host.peer === standby[0]);
  const [standbySent, standbyReceived] = rates(first?.index ?? 0);
  console.log(
    `     leader sends ${sent} B/s, receives ${received}; standby ${standbySent}, ${standbyReceived}`,
  );
  const reached = busiest <= goals.ordinary && sent <= goals.leader;
  const figures = `ordinary <= ${busiest} B/s, leader ${sent}`;
  return row(
    `traffic, N=${hosts}`,
    figures,
    `<= ${goals.ordinary}, leader <= ${goals.leader}`,
    reached,
  );
}

/** Prints all; false when a goal is missed. */
export function show(): boolean {
  const results = [
    ...[3, 30].flatMap((hosts) => [0, 0.05].map((loss) => failOver('crash', { hosts, loss }, 500))),
    ...[3, 30].map((hosts) => failOver('crash', { hosts, loss: 0, hints: true }, 150)),
    ...[3, 30].map((hosts) => failOver('leave', { hosts, loss: 0 }, 100)),
    failOver('crash', { hosts: 30, loss: 0, subnets: 3 }, 500),
    campus(30, 3_000),
    calm(),
    traffic(30, { ordinary: 1_000, leader: 64_000 }),
    traffic(1_000, { ordinary: 1_000, leader: 64_000 }),
    row(
      'crash, N=1000',
      `${Math.round(harmLeaders({ hosts: 1_000, loss: 0, seed: 1 }, 'crash', 1)[0] ?? NaN)} ms`,
      'runs',
      true,
    ),
  ];
  return results.every(Boolean);
}
