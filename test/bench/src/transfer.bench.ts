/** How fast the built transfer services move bytes between namespaces: one source, three shaped sources, many small files, a kill. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bus, type Download, openBus } from '@iwanto/bus';
import { loadBlake3 } from '@iwanto/merkle';
import { type Paths, homePaths, loadIdentity, nodeFlags } from '@iwanto/service';
import type { Holder } from '@iwanto/wire';
import { type BenchNet, makeNet, netImpossible } from './transfer-net.js';
import { hasRsync, rsyncSeconds } from './transfer-rsync.js';
import { BenchShelf, type Shown } from './transfer-shelf.js';

const TRANSFER = fileURLToPath(new URL('../../../apps/transfer/dist/main.js', import.meta.url));
const MEBIBYTE = 1_048_576;
const START_LIMIT_MS = 5_000;
const LARGE_BYTES = Number(process.env['IWANTO_BENCH_MIB'] ?? 2_048) * MEBIBYTE;
const SHAPED_BYTES = 600 * MEBIBYTE;
const SHAPED_MEGABITS = 800;
const SMALL_FILES = 10_000;
const TICKS_PER_SECOND = 100;

/** One host: a real transfer service, with its indexer and election played by this process. */
class BenchHost {
  private readonly paths: Paths;
  private child: ChildProcess | undefined;
  private buses: Bus[] = [];
  bus!: Bus;

  constructor(
    private readonly net: BenchNet,
    readonly at: number,
    readonly home: string,
  ) {
    this.paths = homePaths({ IWANT_HOME: home });
  }

  async start(shelf: BenchShelf, shown: Shown, holders: readonly Holder[]): Promise<void> {
    mkdirSync(join(this.home, 'share'), { recursive: true });
    const ports = { election: 0, indexer: 0, transfer: 0 };
    const config = { share: [join(this.home, 'share')], downloadDir: join(this.home, 'in'), ports };
    writeFileSync(join(this.home, 'config.json'), JSON.stringify(config));
    const indexer = await openBus({ runDir: this.paths.runDir });
    await indexer.serve('indexer', shelf.handlers(shown, holders) as never);
    this.bus = await openBus({ runDir: this.paths.runDir });
    this.buses = [indexer, this.bus];
    await this.spawn();
  }

  /** Resolves when the service answers. */
  async spawn(): Promise<void> {
    this.child = this.net.spawn(this.at, [...nodeFlags('transfer'), TRANSFER], {
      IWANT_HOME: this.home,
    });
    const untilMs = performance.now() + START_LIMIT_MS;
    for (;;) {
      const status = await this.bus.call('transfer.status', {}).catch(() => undefined);
      if (status?.ready) return;
      if (performance.now() > untilMs) throw new Error(`no transfer service in ${this.home}`);
    }
  }

  async holder(): Promise<Holder> {
    const { curve, peer } = await loadIdentity(this.paths);
    const { port } = await this.bus.call('transfer.status', {});
    return { peer, address: this.net.address(this.at), port, curveKey: curve.publicKey };
  }

  /** CPU seconds of the service so far. */
  cpuSeconds(): number {
    const pid = readFileSync(join(this.paths.runDir, 'transfer.lock'), 'utf8').match(/\d+/)?.[0];
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** The most memory the service ever had, in MB. */
  peakMegabytes(): number {
    const pid = readFileSync(join(this.paths.runDir, 'transfer.lock'), 'utf8').match(/\d+/)?.[0];
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round((Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) * 1_024) / 1e6);
  }

  async fetch(shown: Shown, onProgress?: (view: Download) => void): Promise<number> {
    const ended = new Promise<Download>((resolve) => {
      const stop = this.bus.subscribe('download.progressed', (view) => {
        onProgress?.(view);
        if (view.state !== 'done' && view.state !== 'failed') return;
        stop();
        resolve(view);
      });
    });
    await this.bus.call('download.list', {});
    const startMs = performance.now();
    await this.bus.call('download.start', { hash: shown.hash });
    const view = await ended;
    if (view.failure) throw new Error(view.failure.sentence);
    return (performance.now() - startMs) / 1_000;
  }

  /** Ends the service's process as a crash would. */
  async kill(): Promise<void> {
    const pid = readFileSync(join(this.paths.runDir, 'transfer.lock'), 'utf8').match(/\d+/)?.[0];
    const gone = new Promise((resolve) => this.child?.once('exit', resolve));
    process.kill(Number(pid), 'SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child?.once('exit', resolve));
    await this.bus.call('transfer.stop', {}).catch(() => undefined);
    await gone;
    for (const bus of this.buses) await bus.close();
  }
}

interface Scene {
  readonly sources: number;
  readonly megabits?: number;
  readonly make: (shelf: BenchShelf, dir: string) => Shown;
}

/** Where a competitor can run: same namespaces, same data. */
interface Beside {
  readonly net: BenchNet;
  readonly dir: string;
}

/** Sets up a hub and its sources, lets `act` measure, and leaves nothing behind. */
async function withHosts(
  { sources, megabits, make }: Scene,
  act: (hub: BenchHost, sources: BenchHost[], shown: Shown, beside: Beside) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(sources);
  const hosts: BenchHost[] = [];
  try {
    const shelf = new BenchShelf(await loadBlake3());
    const shown = make(shelf, dir);
    for (let at = 1; at <= sources; at += 1) {
      if (megabits !== undefined) net.shape(at, megabits);
      const source = new BenchHost(net, at, join(dir, `s${at}`));
      await source.start(shelf, shown, []);
      hosts.push(source);
    }
    const hub = new BenchHost(net, 0, join(dir, 'hub'));
    await hub.start(shelf, shown, await Promise.all(hosts.map((source) => source.holder())));
    await act(hub, hosts, shown, { net, dir }).finally(() => hub.stop());
  } finally {
    for (const host of hosts) await host.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

const mbPerSecond = (bytes: number, seconds: number) => (bytes / seconds / 1e6).toFixed(0);

/** How we compare with rsync over the same wire, or nothing where it is not installed. */
async function besideRsync({ net, dir }: Beside, from: string, seconds: number): Promise<string> {
  if (!hasRsync()) return 'rsync is not installed';
  const theirs = await rsyncSeconds(net, dir, from);
  return `rsync daemon ${theirs.toFixed(2)} s: ${(theirs / seconds).toFixed(2)} of its speed`;
}

const large = (bytes: number) => (shelf: BenchShelf, dir: string) =>
  shelf.newFile(join(dir, 'large.bin'), bytes, 1);

async function oneSource(): Promise<void> {
  await withHosts(
    { sources: 1, make: large(LARGE_BYTES) },
    async (hub, [source], shown, beside) => {
      const seconds = await hub.fetch(shown);
      const perGigabyte = (host: BenchHost) => (host.cpuSeconds() / (shown.size / 1e9)).toFixed(2);
      console.log(
        `one file of ${shown.size / MEBIBYTE} MiB, one source, encrypted, verified: ${mbPerSecond(shown.size, seconds)} MB/s ` +
          `(${seconds.toFixed(2)} s; CPU s/GB: source ${perGigabyte(source!)}, downloader ${perGigabyte(hub)}; peak MB: source ${source!.peakMegabytes()}, downloader ${hub.peakMegabytes()}; ` +
          `${await besideRsync(beside, 'large.bin', seconds)})`,
      );
    },
  );
}

async function threeShapedSources(): Promise<void> {
  const scene = { sources: 3, megabits: SHAPED_MEGABITS, make: large(SHAPED_BYTES) };
  await withHosts(scene, async (hub, _, shown) => {
    const seconds = await hub.fetch(shown);
    const sum = (3 * SHAPED_MEGABITS * 1e6) / 8;
    console.log(
      `one file of ${shown.size / MEBIBYTE} MiB, three sources shaped to 100 MB/s: ${mbPerSecond(shown.size, seconds)} MB/s, ` +
        `${(shown.size / seconds / sum).toFixed(3)} of the sum`,
    );
  });
}

async function manySmallFiles(): Promise<void> {
  const make = (shelf: BenchShelf, dir: string) =>
    shelf.newDirectory(join(dir, 'many'), SMALL_FILES);
  await withHosts({ sources: 1, make }, async (hub, [source], shown, beside) => {
    const seconds = await hub.fetch(shown);
    const copied = readdirSync(join(hub.home, 'in', 'many')).length;
    console.log(
      `directory of ${SMALL_FILES} files, ${(shown.size / 1e6).toFixed(0)} MB, one source: ${seconds.toFixed(2)} s ` +
        `(${mbPerSecond(shown.size, seconds)} MB/s; ${copied} folders; CPU s: source ${source!.cpuSeconds().toFixed(2)}, downloader ${hub.cpuSeconds().toFixed(2)}; ${await besideRsync(beside, 'many/', seconds)})`,
    );
  });
}

async function killedHalfWay(): Promise<void> {
  const scene = { sources: 1, megabits: 3_200, make: large(LARGE_BYTES) };
  await withHosts(scene, async (hub, [source], shown) => {
    let half: () => void;
    const halfWay = new Promise<void>((resolve) => (half = resolve));
    void hub.fetch(shown, ({ bytesDone }) => bytesDone > shown.size / 2 && half());
    await halfWay;
    await hub.kill();
    await hub.spawn();
    await hub.fetch(shown);
    const { notes } = await source!.bus.call('transfer.status', {});
    const sent = Number(notes.join(' ').match(/bytes sent: (\d+)/)?.[1]);
    console.log(
      `downloader killed at half of ${shown.size / MEBIBYTE} MiB and started again: ` +
        `${((sent - shown.size) / 1e6).toFixed(1)} MB sent beyond the file`,
    );
  });
}

const scenes = { oneSource, threeShapedSources, manySmallFiles, killedHalfWay };
const impossible = netImpossible();
if (impossible) console.log(`transfer benchmarks are skipped: ${impossible}`);
else {
  for (const [name, run] of Object.entries(scenes)) {
    if (process.argv.length <= 2 || process.argv.includes(name)) await run();
  }
}
process.exit();
