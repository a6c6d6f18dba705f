/** Real election services, one in each namespace of a LAN, watched over their buses from outside. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bus, type Leadership, type ServiceName, openBus } from '@iwanto/bus';
import { type Lan, type LanHost, makeLan } from '@iwanto/peer/lan';

/** The longest wait for a cluster to settle; a run that reaches it has failed. */
const SETTLE_LIMIT_MS = 30_000;
/** Standbys a leader keeps: a cluster is settled when it has that many. */
const STANDBYS = 5;
const STOP_LIMIT_MS = 3_000;

const mainOf = (service: ServiceName) =>
  fileURLToPath(new URL(`../../../apps/${service}/dist/main.js`, import.meta.url));

export interface ClusterOptions {
  readonly peers: number;
  /** The election alone, or all three. */
  readonly services: readonly ServiceName[];
  /** Drops multicast from the start; each peer is given the address of the first. */
  readonly staticPeers?: boolean;
}

/** One peer: its processes and what it last said about who leads. */
export class ClusterPeer {
  leadership: Leadership | undefined;
  readonly processes = new Map<ServiceName, ChildProcess>();
  /** Processes that ended although the test did not end them. */
  readonly surprises: string[] = [];
  readonly #expected = new Set<ChildProcess>();
  bus!: Bus;

  constructor(
    readonly host: LanHost,
    readonly home: string,
    private readonly services: readonly ServiceName[],
  ) {}

  async watch(changed: () => void): Promise<void> {
    this.bus = await openBus({ runDir: join(this.home, 'run') });
    this.bus.follow('leader.changed', (leadership) => {
      this.leadership = leadership;
      changed();
    });
  }

  start(services = this.services): void {
    for (const service of services) {
      const child = this.host.spawn(process.execPath, [mainOf(service)], {
        env: { ...process.env, IWANT_HOME: this.home },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let complaint = '';
      child.stderr?.on(
        'data',
        (text: Buffer) => (complaint = (complaint + String(text)).slice(-500)),
      );
      child.once('exit', (code, signal) => {
        if (this.#expected.has(child)) return;
        this.surprises.push(
          `${service} of host ${this.host.number}: ${code ?? signal} ${complaint}`,
        );
      });
      this.processes.set(service, child);
    }
  }

  signal(signal: NodeJS.Signals, services: readonly ServiceName[] = ['election']): void {
    for (const service of services) {
      const child = this.processes.get(service);
      if (!child) continue;
      if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#expected.add(child);
      child.kill(signal);
    }
  }

  /** Resolves when the processes ended; a stop that takes longer than 3 s is a failure. */
  async ended(services: readonly ServiceName[] = ['election']): Promise<void> {
    for (const service of services) {
      const child = this.processes.get(service);
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      await new Promise<void>((done, fail) => {
        const late = setTimeout(() => fail(new Error(`${service} did not end`)), STOP_LIMIT_MS);
        child.once('exit', () => {
          clearTimeout(late);
          done();
        });
      });
    }
  }

  /** Lines of the logs that report a fault of the program itself. */
  brokenLines(): string[] {
    const dir = join(this.home, 'logs');
    return readdirSync(dir).flatMap((file) =>
      readFileSync(join(dir, file), 'utf8')
        .split('\n')
        .filter((line) => /unhandled rejection|uncaught exception|not clean/.test(line)),
    );
  }
}

export class ElectionCluster {
  readonly #watchers = new Set<() => void>();
  readonly #home = mkdtempSync(join(tmpdir(), 'iwanto-election-'));
  readonly lan: Lan;
  readonly peers: readonly ClusterPeer[];

  constructor(readonly options: ClusterOptions) {
    this.lan = makeLan(options.peers);
    if (options.staticPeers) this.lan.blockMulticast();
    this.peers = this.lan.hosts.map((host) => this.#furnish(host));
  }

  #furnish(host: LanHost): ClusterPeer {
    const home = join(this.#home, `peer${host.number}`);
    for (const folder of ['shared', 'downloads'])
      mkdirSync(join(home, folder), { recursive: true });
    const first = this.lan.hosts[0]?.address;
    const config = {
      share: [join(home, 'shared')],
      downloadDir: join(home, 'downloads'),
      peers: this.options.staticPeers ? [{ host: first, port: 17_117 }] : [],
    };
    writeFileSync(join(home, 'config.json'), JSON.stringify(config));
    return new ClusterPeer(host, home, this.options.services);
  }

  async start(): Promise<void> {
    const changed = () => {
      for (const look of this.#watchers) look();
    };
    for (const peer of this.peers) {
      await peer.watch(changed);
      peer.start();
    }
    await this.settled();
  }

  /** The peer that all of `among` name, when they name one of themselves in one epoch. */
  agreedBy(among: readonly ClusterPeer[]): ClusterPeer | undefined {
    const first = among[0]?.leadership;
    const same = among.every(
      ({ leadership }) =>
        leadership?.leader?.peer === first?.leader?.peer && leadership?.epoch === first?.epoch,
    );
    const leader = among.find(({ leadership }) => leadership?.peer === first?.leader?.peer);
    return same && leader?.leadership?.role === 'leader' ? leader : undefined;
  }

  /** Milliseconds from now until these peers agree on one of themselves. */
  async agreementMs(
    among: readonly ClusterPeer[],
    limitMs = SETTLE_LIMIT_MS,
    fromMs = performance.now(),
  ): Promise<number> {
    await this.#until(() => this.agreedBy(among) !== undefined, limitMs);
    return performance.now() - fromMs;
  }

  /** All agree and all standbys are chosen: the state in which a fault is injected. */
  async settled(): Promise<ClusterPeer> {
    const standbys = Math.min(STANDBYS, this.peers.length - 1);
    await this.#until(
      () =>
        this.agreedBy(this.peers) !== undefined &&
        this.peers.every(({ leadership }) => leadership?.standbys.length === standbys),
      SETTLE_LIMIT_MS,
    );
    return this.agreedBy(this.peers) as ClusterPeer;
  }

  others(...without: readonly ClusterPeer[]): ClusterPeer[] {
    return this.peers.filter((peer) => !without.includes(peer));
  }

  /** What went wrong that no fault explains: processes that ended, faults in the logs. */
  faults(): string[] {
    return this.peers.flatMap((peer) => [...peer.surprises, ...peer.brokenLines()]);
  }

  async remove(): Promise<void> {
    for (const peer of this.peers) {
      peer.signal('SIGCONT', this.options.services);
      peer.signal('SIGKILL', this.options.services);
      await peer.bus?.close();
    }
    this.lan.remove();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Checks each news of any peer. */
  #until(holds: () => boolean, limitMs: number): Promise<void> {
    return new Promise((done, fail) => {
      const late = setTimeout(() => {
        this.#watchers.delete(look);
        fail(new Error(`no agreement within ${limitMs} ms: ${this.picture()}`));
      }, limitMs);
      const look = () => {
        if (!holds()) return;
        clearTimeout(late);
        this.#watchers.delete(look);
        done();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Which peer each one names as leader, for diagnosing a failure. */
  picture(): string {
    return this.peers
      .map(({ host, leadership }) => {
        const named = this.peers.find((peer) => peer.leadership?.peer === leadership?.leader?.peer)
          ?.host.number;
        const { role = '-', epoch = 0, standbys = [] } = leadership ?? {};
        return `${host.number}:${role}->${named ?? '-'}/${epoch}+${standbys.length}`;
      })
      .join(' ');
  }
}
