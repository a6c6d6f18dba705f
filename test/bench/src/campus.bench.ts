/**
 * A campus: three subnets of ten hosts, routers between them and no multicast across, the real election service on
 * each host. How long it takes until all are listed after one command named an address in each subnet, until they agree when the leader is
 * killed, and what a host sends that has nothing to do.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bus, type Leadership, openBus } from '@iwanto/bus';
import { type Lan, type LanHost, lanImpossible, makeCampus } from '@iwanto/peer/lan';
import {
  type ClusterView,
  addHost,
  leaderOf,
  membersListed,
  untilAgreed,
  untilListed,
} from './cluster-view.js';

const SUBNETS = 3;
/** The first argument may give another number. */
const HOSTS_EACH = Number(process.argv[2] ?? 10);
const LISTED_MS_GOAL = 3_000;
const AGREED_MS_GOAL = 1_000;
const BYTES_PER_SECOND_GOAL = 1_000;
const DEATHS = 3;
const NAME = 'campus.lan';
/** The host at which it is added. */
const ADDED_AT = 1;
/** Until everybody knows everybody, and addresses are no longer tried as often as at first. */
const SETTLE_MS = 30_000;
const WINDOW_MS = 20_000;

const ELECTION = fileURLToPath(new URL('../../../apps/election/dist/main.js', import.meta.url));

class Member implements ClusterView {
  leadership: Leadership | undefined;
  readonly #child: ChildProcess;

  private constructor(
    readonly host: LanHost,
    readonly bus: Bus,
    home: string,
  ) {
    bus.follow('leader.changed', (leadership) => (this.leadership = leadership));
    this.#child = host.spawn(process.execPath, [ELECTION], {
      env: { ...process.env, IWANT_HOME: home },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  static async start(host: LanHost, home: string): Promise<Member> {
    mkdirSync(home);
    const config = { share: [], downloadDir: join(home, 'downloads'), logLevel: 'error' };
    writeFileSync(join(home, 'config.json'), JSON.stringify(config));
    return new Member(host, await openBus({ runDir: join(home, 'run') }), home);
  }

  listed(): Promise<number> {
    return membersListed(this.bus);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.bus.close();
  }
}

const inSubnet = (members: readonly Member[], subnet: number) =>
  members.filter(({ host }) => host.subnet === subnet);

/** One host of each subnet, by the name that stands for all of them. */
const gates = (hosts: readonly LanHost[]): string[] =>
  Array.from({ length: SUBNETS }, (_, subnet) => hosts.filter((each) => each.subnet === subnet))
    .flatMap((each) => each.slice(-1))
    .map(({ address }) => address);

/** One name that stands for an address in each subnet, given once, at a host that leads nobody. */
async function joinSubnets(members: readonly Member[]): Promise<void> {
  for (let subnet = 0; subnet < SUBNETS; subnet += 1) await untilListed(inSubnet(members, subnet));
  const by = members[ADDED_AT] as Member;
  const startedMs = performance.now();
  await addHost(by.bus, NAME);
  await untilAgreed(members);
  const agreedMs = performance.now() - startedMs;
  await untilListed(members);
  const ms = performance.now() - startedMs;
  console.log(
    `${members.length} hosts in ${SUBNETS} subnets, after one peers add of a name with ${SUBNETS} addresses: ` +
      `one leader after ${agreedMs.toFixed(0)} ms, all listed everywhere after ${ms.toFixed(0)} ms (goal <= ${LISTED_MS_GOAL})`,
  );
}

async function measureTraffic(members: readonly Member[]): Promise<void> {
  await pass(SETTLE_MS);
  const before = members.map(({ host }) => host.traffic().sent);
  const startedMs = performance.now();
  await pass(WINDOW_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  const rates = members.map(({ host }, at) => (host.traffic().sent - (before[at] ?? 0)) / seconds);
  const of = (role: Leadership['role']) =>
    rates.filter((_, at) => members[at]?.leadership?.role === role).sort((a, b) => a - b);
  const follower = of('follower');
  console.log(
    `sent by an ordinary host: ${follower[follower.length >> 1]?.toFixed(0)} bytes/s, at most ${follower.at(-1)?.toFixed(0)} (goal <= ${BYTES_PER_SECOND_GOAL}); ` +
      `a standby at most ${of('standby').at(-1)?.toFixed(0)}, the leader ${of('leader')[0]?.toFixed(0)}; Ethernet headers and ARP included`,
  );
}

async function measureDeaths(members: readonly Member[]): Promise<void> {
  let left = [...members];
  for (let death = 1; death <= DEATHS; death += 1) {
    await untilAgreed(left);
    const leader = leaderOf(left) as Member;
    left = left.filter((member) => member !== leader);
    const startedMs = performance.now();
    await leader.kill();
    await untilAgreed(left);
    const ms = performance.now() - startedMs;
    console.log(
      `leader of ${left.length + 1} killed: agreed by all others after ${ms.toFixed(0)} ms (goal <= ${AGREED_MS_GOAL})`,
    );
    await untilListed(left);
  }
}

async function main(campus: Lan, room: string): Promise<void> {
  const members: Member[] = [];
  try {
    campus.hosts[ADDED_AT]?.resolve(NAME, gates(campus.hosts));
    for (const [at, host] of campus.hosts.entries())
      members.push(await Member.start(host, join(room, `h${at}`)));
    await joinSubnets(members);
    await measureTraffic(members);
    await measureDeaths(members);
  } finally {
    for (const member of members) await member.kill();
  }
}

const impossible = lanImpossible();
if (impossible) console.log(`not measured: ${impossible}`);
else {
  const room = mkdtempSync(join(tmpdir(), 'iw-campus-'));
  const campus = makeCampus(SUBNETS, HOSTS_EACH);
  try {
    await main(campus, room);
  } finally {
    campus.remove();
    rmSync(room, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
