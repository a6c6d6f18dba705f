/** A host of a benchmark: a real transfer service in a namespace, with its indexer and election played by this process. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Bus,
  type Download,
  type Handlers,
  type KnownPeer,
  type NewsBody,
  type Peers,
  type VerbsOf,
  openBus,
} from '@iwanto/bus';
import { type Paths, homePaths, loadIdentity, nodeEnvironment, nodeFlags } from '@iwanto/service';
import type { Holder } from '@iwanto/wire';
import type { BenchNet } from './transfer-net.js';
import type { BenchShelf, Shown } from './transfer-shelf.js';

const TRANSFER = fileURLToPath(new URL('../../../apps/transfer/dist/main.js', import.meta.url));
const START_LIMIT_MS = 20_000;
/** As often as `iwanto download` asks. */
const ASK_EVERY_MS = 500;
const TICKS_PER_SECOND = 100;

/** The answers of a host's election when its service asks others for help. */
export type ElectionSays = Partial<
  Pick<Handlers<VerbsOf<'election'>>, 'line.ask' | 'relay.ask' | 'relay.agree'>
>;

/** One host: a real transfer service, with its indexer and election played by this process. */
export class BenchHost {
  readonly #paths: Paths;
  #child: ChildProcess | undefined;
  #buses: Bus[] = [];
  #pid = 0;
  #startCpuSeconds = 0;
  #election: Bus | undefined;
  #peers: Peers = { revision: 1, peers: [] };
  bus!: Bus;

  constructor(
    private readonly net: BenchNet,
    readonly at: number,
    readonly home: string,
  ) {
    this.#paths = homePaths({ IWANT_HOME: home });
  }

  /** `says` gives the answers of its election besides the known peers. */
  async start(
    shelf: BenchShelf,
    shown: Shown,
    holders: readonly Holder[],
    says: ElectionSays = {},
  ): Promise<void> {
    mkdirSync(join(this.home, 'share'), { recursive: true });
    const ports = { election: 0, indexer: 0, transfer: 0 };
    // No limits: what is measured is what the program can do.
    const limits = { relay: '' };
    const folders = { share: [join(this.home, 'share')], downloadDir: join(this.home, 'in') };
    const config = { ...folders, ports, limits };
    writeFileSync(join(this.home, 'config.json'), JSON.stringify(config));
    const indexer = await openBus({ runDir: this.#paths.runDir });
    await indexer.serve('indexer', shelf.handlers(shown, holders) as never);
    this.#election = await openBus({ runDir: this.#paths.runDir });
    await this.#election.serve('election', { 'peers.get': () => this.#peers, ...says } as never);
    this.bus = await openBus({ runDir: this.#paths.runDir });
    this.#buses = [indexer, this.#election, this.bus];
    await this.spawn();
  }

  /** The election of this host learns of these peers. */
  async meet(holders: readonly Holder[]): Promise<void> {
    const peers = holders.map(({ peer, address, port: transferPort, curveKey }): KnownPeer => ({
      ...{ peer, address, transferPort, curveKey, electionPort: 1, indexerPort: 1, name: 'bench' },
      ...{ seen: 'roster', member: true, sinceSeconds: 1, roundTripMs: 1, catalogue: null },
    }));
    this.#peers = { revision: this.#peers.revision + 1, peers };
    this.#election?.publish('peers.changed', this.#peers);
  }

  /** Its election heard that. */
  hears<T extends 'line.asked' | 'relay.asked' | 'relay.agreed'>(
    topic: T,
    body: NewsBody<T>,
  ): void {
    this.#election?.publish(topic, body);
  }

  /** Resolves when the service answers. */
  async spawn(): Promise<void> {
    this.#child = this.net.spawn(this.at, [...nodeFlags('transfer'), TRANSFER], {
      ...nodeEnvironment('transfer'),
      IWANT_HOME: this.home,
    });
    const untilMs = performance.now() + START_LIMIT_MS;
    for (;;) {
      const status = await this.bus.call('transfer.status', {}).catch(() => undefined);
      if (status?.ready) {
        this.#pid = status.pid;
        this.#startCpuSeconds = this.#cpuSecondsSoFar();
        return;
      }
      if (performance.now() > untilMs) throw new Error(`no transfer service in ${this.home}`);
    }
  }

  async holder(): Promise<Holder> {
    const { curve, peer } = await loadIdentity(this.#paths);
    const { port } = await this.bus.call('transfer.status', {});
    return { peer, address: this.net.address(this.at), port, curveKey: curve.publicKey };
  }

  /** CPU seconds of the service since it was ready: the start is paid once, however much is transferred. */
  cpuSeconds(): number {
    return this.#cpuSecondsSoFar() - this.#startCpuSeconds;
  }

  #cpuSecondsSoFar(): number {
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** The most memory the service ever had, in MB. */
  peakMegabytes(): number {
    const text = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    return Math.round((Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) * 1_024) / 1e6);
  }

  /** Bytes of pieces sent since the service started. */
  async bytesSent(): Promise<number> {
    const { notes } = await this.bus.call('transfer.status', {});
    return Number(notes.join(' ').match(/bytes sent: (\d+)/)?.[1]);
  }

  /** How long it took, in seconds. */
  async fetch(shown: Shown, onProgress?: (view: Download) => void): Promise<number> {
    return (await this.fetched(shown, onProgress)).seconds;
  }

  async fetched(
    shown: Shown,
    onProgress?: (view: Download) => void,
  ): Promise<{ seconds: number; view: Download }> {
    let heard: (view: Download) => void;
    const ended = new Promise<Download>((resolve) => {
      heard = (view) => {
        onProgress?.(view);
        if (view.state === 'done' || view.state === 'failed') resolve(view);
      };
    });
    const isIt = ({ hash }: Download) => hash === shown.hash;
    const stop = this.bus.subscribe('download.progressed', (view) => heard(view));
    await this.bus.call('download.list', {});
    const startMs = performance.now();
    await this.bus.call('download.start', { hash: shown.hash });
    // News of a service that was killed a moment ago may be lost: the line to the new one is not up yet.
    const asking = setInterval(() => {
      const answer = this.bus.call('download.list', {});
      answer.then(
        ({ downloads }) => downloads.filter(isIt).forEach(heard),
        () => undefined,
      );
    }, ASK_EVERY_MS);
    const view = await ended;
    clearInterval(asking);
    stop();
    if (view.failure) throw new Error(view.failure.sentence);
    return { seconds: (performance.now() - startMs) / 1_000, view };
  }

  /** Ends the service's process as a crash would. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#child?.once('exit', resolve));
    process.kill(this.#pid, 'SIGKILL');
    await gone;
    this.#child = undefined;
  }

  async stop(): Promise<void> {
    if (this.#child) {
      const gone = new Promise((resolve) => this.#child?.once('exit', resolve));
      await this.bus.call('transfer.stop', {}).catch(() => undefined);
      await gone;
    }
    for (const bus of this.#buses) await bus.close();
  }
}
