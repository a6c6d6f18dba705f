/** How the swarm of the built transfer services copes with slow, lying and dying peers, kills, and a crowd. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadBlake3 } from '@iwanto/merkle';
import { BenchHost } from './transfer-host.js';
import { makeNet } from './transfer-net.js';
import { MEBIBYTE, large, runScenes, withHosts } from './transfer-scene.js';
import { BenchShelf } from './transfer-shelf.js';

const FILE_BYTES = 300 * MEBIBYTE;
/** As for three shaped sources, so that the two shares of a sum can be compared. */
const SHAPED_BYTES = 600 * MEBIBYTE;
/** 10 and 100 MB/s. */
const SLOW_MEGABITS = 80;
const FAST_MEGABITS = 800;
const BYTES_PER_MEGABIT = 125_000;

async function slowAndFast(): Promise<void> {
  const megabits = [SLOW_MEGABITS, FAST_MEGABITS];
  await withHosts({ sources: 2, megabits, make: large(SHAPED_BYTES) }, async (hub, _, shown) => {
    const seconds = await hub.fetch(shown);
    const sum = (SLOW_MEGABITS + FAST_MEGABITS) * BYTES_PER_MEGABIT;
    console.log(
      `one file of ${shown.size / MEBIBYTE} MiB, a source of 10 and one of 100 MB/s: ${seconds.toFixed(2)} s, ` +
        `${(shown.size / seconds / sum).toFixed(3)} of the sum`,
    );
  });
}

/** The first of four sources sends other bytes for every piece; its claims are the same. */
async function oneLies(): Promise<void> {
  const scene = {
    ...{ sources: 4, megabits: Array<number>(4).fill(FAST_MEGABITS), make: large(FILE_BYTES) },
    firstHas: (shelf: BenchShelf, shown: { size: number }, dir: string) =>
      shelf.lyingWith(join(dir, 'lies.bin'), shown.size),
  };
  await withHosts(scene, async (hub, sources, shown) => {
    const [liar] = await Promise.all(sources.map((source) => source.holder()));
    const { seconds, view } = await hub.fetched(shown);
    const sent = await Promise.all(sources.map((source) => source.bytesSent()));
    const beyond = sent.reduce((sum, one) => sum + one, 0) - shown.size;
    const isNamed = view.notes.some((note) => note.includes(liar!.peer));
    console.log(
      `one file of ${shown.size / MEBIBYTE} MiB, one of four sources corrupts every piece: ${seconds.toFixed(2)} s, ` +
        `${(beyond / MEBIBYTE).toFixed(1)} pieces beyond the file, culprit ${isNamed ? '' : 'not '}named`,
    );
  });
}

/** One of three sources dies at a third: how long no bytes may arrive at most. */
async function oneKilled(): Promise<void> {
  const megabits = Array<number>(3).fill(FAST_MEGABITS / 2);
  await withHosts(
    { sources: 3, megabits, make: large(FILE_BYTES) },
    async (hub, sources, shown) => {
      let [lastMs, pauseMs, bytes] = [performance.now(), 0, 0];
      let reached: () => void;
      const third = new Promise<void>((resolve) => (reached = resolve));
      const fetching = hub.fetch(shown, ({ bytesDone }) => {
        if (bytesDone > shown.size / 3) reached();
        if (bytesDone === bytes) return;
        const nowMs = performance.now();
        if (bytes > 0) pauseMs = Math.max(pauseMs, nowMs - lastMs);
        [lastMs, bytes] = [nowMs, bytesDone];
      });
      await third;
      await sources[0]!.kill();
      const seconds = await fetching;
      console.log(
        `one file of ${shown.size / MEBIBYTE} MiB, one of three sources killed at a third: ${seconds.toFixed(2)} s, ` +
          `longest time without news of more bytes ${pauseMs.toFixed(0)} ms`,
      );
    },
  );
}

const KILLS = 10;

async function killedTenTimes(): Promise<void> {
  const scene = { sources: 1, megabits: [FAST_MEGABITS], make: large(FILE_BYTES) };
  await withHosts(scene, async (hub, [source], shown) => {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      let reached: () => void;
      const farEnough = new Promise<void>((resolve) => (reached = resolve));
      void hub.fetch(shown, ({ bytesDone }) => {
        if (bytesDone > (shown.size * kill) / (KILLS + 1)) reached();
      });
      await farEnough;
      await hub.kill();
      await hub.spawn();
    }
    await hub.fetch(shown);
    const beyond = (await source!.bytesSent()) - shown.size;
    console.log(
      `downloader of ${shown.size / MEBIBYTE} MiB killed ${KILLS} times: ` +
        `${(beyond / KILLS / MEBIBYTE).toFixed(1)} MiB sent again for each kill`,
    );
  });
}

const CROWD = 8;
const CROWD_BYTES = 100 * MEBIBYTE;
/** Low enough for two cores to run all nine peers. */
const CROWD_MEGABITS = 160;
/** On two cores these nine peers need nearly all of the processor, which the printed line shows. */
const [FAST_CROWD, FAST_CROWD_MEGABITS] = [8, 400];

/** The slowest of many that fetch the same content at the same time, compared with one alone; and what the seed sent. */
const manyAtOnce = () => crowd(CROWD, CROWD_MEGABITS);
const manyAtOnceFast = () => crowd(FAST_CROWD, FAST_CROWD_MEGABITS);

/** What the wire and what the processors allow, from the same run, says which of them was the limit. */
async function crowd(count: number, megabits: number): Promise<void> {
  const alone = await crowdRun(1, megabits);
  const { seconds, sent, cpuSeconds } = await crowdRun(count, megabits);
  const wireSeconds = CROWD_BYTES / (megabits * BYTES_PER_MEGABIT);
  const coreSeconds = cpuSeconds / availableParallelism();
  console.log(
    `${count} downloaders of ${CROWD_BYTES / MEBIBYTE} MiB at the same time from one seed shaped to ${megabits / 8} MB/s: slowest ${seconds.toFixed(2)} s, ` +
      `${(seconds / alone.seconds).toFixed(2)} x one alone; the seed sent ${(sent / CROWD_BYTES).toFixed(2)} x the size; ` +
      `no less is possible than ${wireSeconds.toFixed(2)} s for the wire and ${coreSeconds.toFixed(2)} s for the services' CPU time on all cores (one alone ${alone.cpuSeconds.toFixed(2)} s of CPU)`,
  );
}

interface CrowdRun {
  /** Of the slowest. */
  readonly seconds: number;
  readonly sent: number;
  /** Of all services. */
  readonly cpuSeconds: number;
}

async function crowdRun(count: number, megabits: number): Promise<CrowdRun> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(count + 1);
  const blake3 = await loadBlake3();
  const shelf = new BenchShelf(blake3);
  const shown = large(CROWD_BYTES)(shelf, dir);
  net.shape(1, megabits);
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
    const cpuSeconds = [seed, ...crowd].reduce((sum, host) => sum + host.cpuSeconds(), 0);
    return { seconds: Math.max(...seconds), sent: await seed.bytesSent(), cpuSeconds };
  } finally {
    for (const host of [seed, ...crowd]) await host.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

await runScenes({ slowAndFast, oneLies, oneKilled, killedTenTimes, manyAtOnce, manyAtOnceFast });
