/** How fast the built transfer services move bytes between namespaces: one source, three shaped sources, many small files, a kill. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadBlake3 } from '@iwanto/merkle';
import { BenchHost } from './transfer-host.js';
import { type BenchNet, makeNet, netImpossible } from './transfer-net.js';
import { hasRsync, rsyncSeconds } from './transfer-rsync.js';
import { BenchShelf, type Shown } from './transfer-shelf.js';

const MEBIBYTE = 1_048_576;
const LARGE_BYTES = Number(process.env['IWANTO_BENCH_MIB'] ?? 2_048) * MEBIBYTE;
const SHAPED_BYTES = 600 * MEBIBYTE;
const SHAPED_MEGABITS = 800;
const SMALL_FILES = 10_000;

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

const CROWD = 8;
const CROWD_BYTES = 100 * MEBIBYTE;
/** Meant to be low enough that two cores carry all nine peers; what limits them at 50 MB/s is not proved. */
const CROWD_MEGABITS = 160;

/** The slowest of many who fetch the same at the same time, beside one alone; and what the seed sent. */
async function manyAtOnce(): Promise<void> {
  const alone = await crowdSeconds(1);
  const { seconds, sent } = await crowdSeconds(CROWD);
  console.log(
    `${CROWD} downloaders of ${CROWD_BYTES / MEBIBYTE} MiB at the same time from one seed shaped to ${CROWD_MEGABITS / 8} MB/s: slowest ${seconds.toFixed(2)} s, ` +
      `${(seconds / alone.seconds).toFixed(2)} x one alone; the seed sent ${(sent / CROWD_BYTES).toFixed(2)} x the size`,
  );
}

async function crowdSeconds(count: number): Promise<{ seconds: number; sent: number }> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(count + 1);
  const blake3 = await loadBlake3();
  const shelf = new BenchShelf(blake3);
  const shown = large(CROWD_BYTES)(shelf, dir);
  net.shape(1, CROWD_MEGABITS);
  const seed = new BenchHost(net, 1, join(dir, 'seed'));
  const crowd = Array.from({ length: count }, (_, at) => {
    return new BenchHost(net, at + 2, join(dir, `d${at}`));
  });
  try {
    await seed.start(shelf, shown, []);
    const holders = [await seed.holder()];
    for (const host of crowd) await host.start(new BenchShelf(blake3), shown, holders);
    const known = await Promise.all([seed, ...crowd].map((host) => host.holder()));
    await Promise.all([seed, ...crowd].map((host) => host.meet(known)));
    const seconds = await Promise.all(crowd.map((host) => host.fetch(shown)));
    const { notes } = await seed.bus.call('transfer.status', {});
    const sent = Number(notes.join(' ').match(/bytes sent: (\d+)/)?.[1]);
    return { seconds: Math.max(...seconds), sent };
  } finally {
    for (const host of [seed, ...crowd]) await host.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

const scenes = { oneSource, threeShapedSources, manySmallFiles, killedHalfWay, manyAtOnce };
const impossible = netImpossible();
if (impossible) console.log(`transfer benchmarks are skipped: ${impossible}`);
else {
  for (const [name, run] of Object.entries(scenes)) {
    if (process.argv.length <= 2 || process.argv.includes(name)) await run();
  }
}
process.exit();
