/** How long a viewer of a film waits, and what it costs: over gigabit links between namespaces. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pass } from 'node:timers/promises';
import { BUS_BYTES_MAX } from '@iwanto/bus';
import { loadBlake3 } from '@iwanto/merkle';
import { PROGRAM } from './bench-peer.js';
import { BenchHost } from './transfer-host.js';
import { makeNet, netImpossible } from './transfer-net.js';
import { BenchShelf, type Shown } from './transfer-shelf.js';

const MEBIBYTE = 1_048_576;
const FILM_BYTES = 1_024 * MEBIBYTE;
const GIGABIT = 1_000;
/** Enough that the 95th percentile is not merely the worst. */
const STARTS = 40;
const SEEKS = 60;

interface Stage {
  readonly viewer: BenchHost;
  readonly sources: readonly BenchHost[];
  readonly film: Shown;
}

type Make = (shelf: BenchShelf, dir: string) => Shown;

const noise: Make = (shelf, dir) => shelf.newFile(join(dir, 'large.bin'), FILM_BYTES, 1);

/** A viewer that has nothing itself, and sources that each have the film, at a gigabit. */
async function onStage(
  sourceCount: number,
  make: Make,
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync('/dev/shm/iwanto-bench-');
  const net = makeNet(sourceCount);
  const hosts: BenchHost[] = [];
  try {
    const blake3 = await loadBlake3();
    const shelf = new BenchShelf(blake3);
    const film = make(shelf, dir);
    for (let at = 1; at <= sourceCount; at += 1) {
      net.shape(at, GIGABIT);
      const source = new BenchHost(net, at, join(dir, `source-${at}`));
      await source.start(shelf, film, []);
      hosts.push(source);
    }
    const viewer = new BenchHost(net, 0, join(dir, 'viewer'));
    const holders = await Promise.all(hosts.map((source) => source.holder()));
    await viewer.start(new BenchShelf(blake3), film, holders);
    hosts.push(viewer);
    await act({ viewer, sources: hosts.slice(0, sourceCount), film });
  } finally {
    for (const host of hosts) await host.stop();
    net.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function sentBy(sources: readonly BenchHost[]): Promise<number> {
  const statuses = await Promise.all(sources.map(({ bus }) => bus.call('transfer.status', {})));
  return statuses
    .map(({ notes }) => Number(/bytes sent: (\d+)/.exec(notes.join(' '))?.[1]))
    .reduce((sum, bytes) => sum + bytes, 0);
}

const mebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;

/** The median, the 95th percentile, and the worst, in ms. */
function spread(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return `p50 ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms, worst ${at(1).toFixed(0)} ms`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Bytes from `offset` on; asked again if nothing has arrived yet. */
async function read({ viewer, film: { hash } }: Stage, offset: number, reader: string) {
  const question = { hash, reader, offset, count: BUS_BYTES_MAX };
  for (;;) {
    const { bytes } = await viewer.bus.call('read.bytes', question);
    if (bytes.length > 0) return;
  }
}

/** Each with a freshly started service: no line, no digests, nothing in memory. */
async function firstByte(): Promise<void> {
  await onStage(1, noise, async (stage) => {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start += 1) {
      await stage.viewer.kill();
      await stage.viewer.spawn();
      const open = () => stage.viewer.bus.call('read.open', { hash: stage.film.hash });
      times.push(await timed(() => open().then(() => read(stage, 0, randomUUID()))));
    }
    console.log(`first byte of a film, from "open" on, in ${STARTS} starts: ${spread(times)}`);
  });
}

async function seek(): Promise<void> {
  await onStage(1, noise, async (stage) => {
    await stage.viewer.bus.call('read.open', { hash: stage.film.hash });
    await read(stage, 0, randomUUID());
    const times: number[] = [];
    for (let at = 1; at <= SEEKS; at += 1) {
      // Far from all others and from what was fetched early; a prime, so that no place comes twice.
      const place = 20 * MEBIBYTE + ((at * 613) % 1_000) * MEBIBYTE;
      const reader = randomUUID();
      times.push(await timed(() => read(stage, place, reader)));
      await stage.viewer.bus.call('read.close', { hash: stage.film.hash, reader });
    }
    console.log(`seek to a place that was not fetched, ${SEEKS} times: ${spread(times)}`);
  });
}

const PLAYED_SECONDS = 10;
const PLAYED_BYTES_PER_SECOND = 25e6 / 8;

/** Slices are asked for when they are due, with nothing buffered: each wait is a gap in the film. */
async function killed(): Promise<void> {
  await onStage(2, noise, async (stage) => {
    const reader = randomUUID();
    const slices = Math.floor((PLAYED_SECONDS * PLAYED_BYTES_PER_SECOND) / BUS_BYTES_MAX);
    const startMs = performance.now();
    let worst = 0;
    for (let slice = 0; slice < slices; slice += 1) {
      if (slice === Math.floor(slices / 3)) await stage.sources[0]?.kill();
      const dueMs = startMs + (1_000 * slice * BUS_BYTES_MAX) / PLAYED_BYTES_PER_SECOND;
      await pass(Math.max(0, dueMs - performance.now()));
      worst = Math.max(worst, await timed(() => read(stage, slice * BUS_BYTES_MAX, reader)));
    }
    console.log(
      `one of two sources killed while played at 25 Mbit/s: longest gap ${worst.toFixed(0)} ms`,
    );
    await stage.sources[0]?.spawn();
  });
}

/** `iwanto` with the services of the viewer, outside its namespace: the bus is a file. */
const iwanto = ({ viewer }: Stage, ...words: string[]): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...words], {
    env: { ...process.env, IWANT_HOME: viewer.home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** A request that is dropped after a time, whose client takes no more than its buffers do. */
async function request(address: string, range: string, dropMs?: number): Promise<void> {
  const asking = get(address, { headers: { range: `bytes=${range}` }, agent: false });
  const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream];
  if (dropMs === undefined) for await (const part of response) void part;
  else await pass(dropMs);
  asking.destroy();
}

/** As a television begins: six requests in 1.6 s, four of them to the end of the film and dropped. */
async function television(): Promise<void> {
  await onStage(1, noise, async (stage) => {
    const child = iwanto(stage, 'open', stage.film.hash, '--print');
    const [address] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    await pass(1_000);
    const before = await sentBy(stage.sources);
    const middle = FILM_BYTES / 2;
    const tail = FILM_BYTES - 3 * MEBIBYTE;
    await request(address, '0-', 250);
    await request(address, `${tail}-`, 250);
    await request(address, '0-65535');
    await request(address, `${middle}-`, 250);
    await request(address, `${middle}-${middle + 65_535}`);
    await request(address, '0-', 250);
    await pass(500);
    const extra = (await sentBy(stage.sources)) - before - MEBIBYTE;
    child.kill('SIGINT');
    console.log(
      `a television's opening sequence: ${mebibytes(extra)} beyond the places it asked for, ` +
        `and ${mebibytes(before)} of head and tail fetched early`,
    );
  });
}

/** A film of 1 GiB with its index at the end: a short one, joined to itself. */
const realFilm: Make = (shelf, dir) => {
  const [short, long] = [join(dir, 'short.mp4'), join(dir, 'film.mp4')];
  const ffmpeg = (...words: string[]) =>
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...words], { stdio: 'inherit' });
  const picture = 'testsrc=size=1280x720:rate=25:duration=30';
  const rate = ['-b:v', '8M', '-minrate', '8M', '-maxrate', '8M', '-bufsize', '8M'];
  const coded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '125',
    '-x264-params',
    'nal-hrd=cbr',
  ];
  ffmpeg('-f', 'lavfi', '-i', picture, ...coded, ...rate, short);
  ffmpeg('-stream_loop', '35', '-i', short, '-c', 'copy', long);
  return shelf.addFile(long);
};

async function contactSheet(): Promise<void> {
  if (spawnSync('ffmpeg', ['-version']).status !== 0) {
    return console.log('a contact sheet is skipped: ffmpeg is not installed');
  }
  await onStage(1, realFilm, async (stage) => {
    const out = join(stage.viewer.home, 'sheet.png');
    const ms = await timed(() =>
      once(iwanto(stage, 'preview', stage.film.hash, '--out', out), 'exit'),
    );
    const sent = await sentBy(stage.sources);
    const share = ((100 * sent) / stage.film.size).toFixed(2);
    console.log(
      `a contact sheet of a film of ${mebibytes(stage.film.size)}: ${mebibytes(sent)} fetched, ${share} %, in ${(ms / 1_000).toFixed(1)} s`,
    );
  });
}

/** CPU seconds and wall time: only the latter changes on a busy machine. */
async function cat(): Promise<void> {
  await onStage(1, noise, async (stage) => {
    const child = iwanto(stage, 'cat', stage.film.hash);
    const catMs = await timed(async () => {
      child.stdout!.resume();
      await once(child, 'close');
    });
    const catCpu = stage.viewer.cpuSeconds();
    const seconds = await stage.viewer.fetch(stage.film);
    const cpu = stage.viewer.cpuSeconds() - catCpu;
    const rate = (lasted: number) => `${(stage.film.size / lasted / 1e6).toFixed(0)} MB/s`;
    console.log(
      `cat of 1 GiB: ${rate(catMs / 1_000)}, ${((1_000 * seconds) / catMs).toFixed(2)} of a download's ${rate(seconds)} ` +
        `(CPU s of the service: ${catCpu.toFixed(2)} and ${cpu.toFixed(2)})`,
    );
  });
}

const scenes = { firstByte, seek, killed, television, contactSheet, cat };
const impossible = netImpossible();
if (impossible) console.log(`benchmarks of playing are skipped: ${impossible}`);
else {
  for (const [name, run] of Object.entries(scenes)) {
    if (process.argv.length <= 2 || process.argv.includes(name)) await run();
  }
}
process.exit();
