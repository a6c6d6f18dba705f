/** How fast the built transfer services move bytes between namespaces: one source, three shaped sources, many small files, a kill. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchHost } from './transfer-host.js';
import { hasRsync, runRsync } from './transfer-rsync.js';
import { type Beside, MEBIBYTE, large, runScenes, withHosts } from './transfer-scene.js';
import type { BenchShelf, Shown } from './transfer-shelf.js';

const LARGE_BYTES = Number(process.env['IWANTO_BENCH_MIB'] ?? 2_048) * MEBIBYTE;
const SHAPED_BYTES = 600 * MEBIBYTE;
const SHAPED_MEGABITS = 800;
const SMALL_FILES = 10_000;

const mbPerSecond = (bytes: number, seconds: number) => (bytes / seconds / 1e6).toFixed(0);

/** The time it takes to fetch it: an error if less than the whole crossed the wire, since a copy on one disk is not a transfer. */
async function fetchAll(hub: BenchHost, sources: BenchHost[], shown: Shown): Promise<number> {
  const seconds = await hub.fetch(shown);
  const sent = await Promise.all(sources.map((source) => source.bytesSent()));
  if (sent.reduce((sum, bytes) => sum + bytes, 0) >= shown.size) return seconds;
  throw new Error(`of ${shown.size} bytes only ${sent.join(' + ')} were sent`);
}

interface Ours {
  readonly bytes: number;
  readonly seconds: number;
}

/** How we compare with rsync over the same wire, or nothing if it is not installed. */
async function besideRsync({ net, dir }: Beside, from: string, ours: Ours): Promise<string> {
  if (!hasRsync()) return 'rsync is not installed';
  const { seconds, cpu } = await runRsync(net, dir, from);
  const perGigabyte = (cpuSeconds: number) => (cpuSeconds / (ours.bytes / 1e9)).toFixed(2);
  return (
    `rsync daemon ${seconds.toFixed(2)} s: ${(seconds / ours.seconds).toFixed(2)} of its speed, ` +
    `its CPU s/GB: source ${perGigabyte(cpu.source)}, downloader ${perGigabyte(cpu.downloader)}`
  );
}

/** CPU seconds per gigabyte: the figure that other work on the machine changes least. */
const cpuOf = (host: BenchHost, { size }: Shown) => (host.cpuSeconds() / (size / 1e9)).toFixed(2);

async function oneSource(): Promise<void> {
  await withHosts(
    { sources: 1, make: large(LARGE_BYTES) },
    async (hub, [source], shown, beside) => {
      const seconds = await fetchAll(hub, [source!], shown);
      console.log(
        `one file of ${shown.size / MEBIBYTE} MiB, one source, encrypted, verified: ${mbPerSecond(shown.size, seconds)} MB/s ` +
          `(${seconds.toFixed(2)} s; CPU s/GB: source ${cpuOf(source!, shown)}, downloader ${cpuOf(hub, shown)}; peak MB: source ${source!.peakMegabytes()}, downloader ${hub.peakMegabytes()}; ` +
          `${await besideRsync(beside, 'large.bin', { bytes: shown.size, seconds })})`,
      );
    },
  );
}

async function threeShapedSources(): Promise<void> {
  const megabits = Array<number>(3).fill(SHAPED_MEGABITS);
  const scene = { sources: 3, megabits, make: large(SHAPED_BYTES) };
  await withHosts(scene, async (hub, sources, shown) => {
    const seconds = await fetchAll(hub, sources, shown);
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
    const seconds = await fetchAll(hub, [source!], shown);
    const copied = readdirSync(join(hub.home, 'in', 'many')).length;
    console.log(
      `directory of ${SMALL_FILES} files, ${(shown.size / 1e6).toFixed(0)} MB, one source: ${seconds.toFixed(2)} s ` +
        `(${mbPerSecond(shown.size, seconds)} MB/s; ${copied} folders; CPU s/GB: source ${cpuOf(source!, shown)}, downloader ${cpuOf(hub, shown)}; ${await besideRsync(beside, 'many/', { bytes: shown.size, seconds })})`,
    );
  });
}

async function killedHalfWay(): Promise<void> {
  const scene = { sources: 1, megabits: [3_200], make: large(LARGE_BYTES) };
  await withHosts(scene, async (hub, [source], shown) => {
    let half: () => void;
    const halfWay = new Promise<void>((resolve) => (half = resolve));
    void hub.fetch(shown, ({ bytesDone }) => bytesDone > shown.size / 2 && half());
    await halfWay;
    await hub.kill();
    await hub.spawn();
    await hub.fetch(shown);
    const sent = await source!.bytesSent();
    console.log(
      `downloader killed at half of ${shown.size / MEBIBYTE} MiB and started again: ` +
        `${((sent - shown.size) / 1e6).toFixed(1)} MB sent beyond the file`,
    );
  });
}

await runScenes({ oneSource, threeShapedSources, manySmallFiles, killedHalfWay });
