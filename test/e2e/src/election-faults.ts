/** The faults a real cluster must survive, each as one function that injects it, measures, and undoes it. */
import type { ServiceName } from '@iwanto/bus';
import type { ClusterPeer, ElectionCluster } from './election-cluster.js';

export interface Measured {
  /** Until all others name one new leader, in ms; null if none is lost. */
  readonly lostMs: number | null;
  /** From the heal until all peers name one leader, in ms; null if a process had to be restarted for it. */
  readonly healedMs: number | null;
}

export interface Fault {
  readonly name: string;
  readonly services?: readonly ServiceName[];
  readonly staticPeers?: boolean;
  /** Short enough for every CI run. */
  readonly inCi: boolean;
  run(cluster: ElectionCluster, leader: ClusterPeer): Promise<Measured>;
}

const ALL: readonly ServiceName[] = ['election', 'indexer', 'transfer'];
/** How long a partition lasts. */
const SPLIT_MS = 30_000;
/** How long a cable is out, or a way is dropped. */
const CUT_MS = 5_000;
const RESTART_MS = 200;

const rest = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Ends processes of the leader, waits for the others, starts them again. */
async function endAndRestart(
  cluster: ElectionCluster,
  leader: ClusterPeer,
  signal: 'SIGKILL' | 'SIGTERM',
  services: readonly ServiceName[] = ['election'],
): Promise<Measured> {
  const others = cluster.others(leader);
  leader.signal(signal, services);
  const lostMs = await cluster.agreementMs(others);
  await leader.ended(services);
  leader.start(services);
  await cluster.agreementMs(cluster.peers);
  return { lostMs, healedMs: null };
}

/** Suspends the leader's process for a while; then it wakes up and believes that it leads. */
const pause = (pauseMs: number): Fault['run'] =>
  async function pauseLeader(cluster, leader) {
    leader.signal('SIGSTOP');
    const awake = rest(pauseMs);
    const lostMs = await cluster.agreementMs(cluster.others(leader));
    await awake;
    leader.signal('SIGCONT');
    return { lostMs, healedMs: await cluster.agreementMs(cluster.peers) };
  };

/** Cuts something, waits for `among` to agree, waits on, heals, waits for all. */
const cutAndHeal = (
  standsMs: number,
  cut: (cluster: ElectionCluster, leader: ClusterPeer) => readonly ClusterPeer[],
): Fault['run'] =>
  async function cutThenHeal(cluster, leader) {
    const among = cut(cluster, leader);
    const over = rest(standsMs);
    const lostMs = await cluster.agreementMs(among);
    await over;
    cluster.lan.heal();
    return { lostMs, healedMs: await cluster.agreementMs(cluster.peers) };
  };

export const FAULTS: readonly Fault[] = [
  {
    name: 'SIGKILL of the leader',
    inCi: true,
    run: (cluster, leader) => endAndRestart(cluster, leader, 'SIGKILL'),
  },
  {
    name: 'SIGKILL of all services of the leader',
    services: ALL,
    inCi: true,
    run: (cluster, leader) => endAndRestart(cluster, leader, 'SIGKILL', ALL),
  },
  {
    name: 'graceful stop of the leader',
    inCi: true,
    run: (cluster, leader) => endAndRestart(cluster, leader, 'SIGTERM'),
  },
  {
    name: 'restart of the leader within 300 ms',
    inCi: true,
    run: async (cluster, leader) => {
      leader.signal('SIGKILL');
      const killed = performance.now();
      leader.leadership = undefined;
      await leader.ended();
      await rest(RESTART_MS);
      leader.start();
      const lostMs = await cluster.agreementMs(cluster.others(leader), undefined, killed);
      await cluster.agreementMs(cluster.peers);
      return { lostMs, healedMs: null };
    },
  },
  { name: 'pause of 1 s', inCi: true, run: pause(1_000) },
  { name: 'pause of 5 s', inCi: false, run: pause(5_000) },
  { name: 'pause of 30 s', inCi: false, run: pause(30_000) },
  {
    name: 'cable pull',
    inCi: true,
    run: cutAndHeal(CUT_MS, (cluster, leader) => {
      cluster.lan.cut(leader.host);
      return cluster.others(leader);
    }),
  },
  {
    name: 'halves for 30 s',
    inCi: false,
    run: cutAndHeal(SPLIT_MS, (cluster, leader) => {
      const others = cluster.others(leader);
      const left = others.slice(0, Math.floor((others.length - 1) / 2));
      const right = others.filter((peer) => !left.includes(peer));
      cluster.lan.split(
        [leader, ...left].map(({ host }) => host),
        right.map(({ host }) => host),
      );
      return right;
    }),
  },
  {
    name: 'one way: the leader is mute',
    inCi: false,
    run: cutAndHeal(CUT_MS, (cluster, leader) => {
      for (const { host } of cluster.others(leader)) cluster.lan.cutOneWay(leader.host, host);
      return cluster.others(leader);
    }),
  },
  {
    name: 'one way: the leader is deaf',
    inCi: false,
    run: cutAndHeal(CUT_MS, (cluster, leader) => {
      for (const { host } of cluster.others(leader)) cluster.lan.cutOneWay(host, leader.host);
      return cluster.others(leader);
    }),
  },
  {
    name: 'SIGKILL of the leader at 5 % loss',
    inCi: true,
    run: async (cluster, leader) => {
      cluster.lan.loseUdp(5);
      const measured = await endAndRestart(cluster, leader, 'SIGKILL');
      cluster.lan.heal();
      return measured;
    },
  },
  {
    name: 'SIGKILL of the leader without multicast',
    staticPeers: true,
    inCi: true,
    run: (cluster, leader) => endAndRestart(cluster, leader, 'SIGKILL'),
  },
];
