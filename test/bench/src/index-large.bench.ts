/** A 2 GiB file from page cache against the raw rate of the same hash on the same number of threads. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { setTimeout as after } from 'node:timers/promises';
import { IndexPeer } from './index-peer.js';

const GIB = 2 ** 30;
const FILE_BYTES = 2 * GIB;
const PIECE_BYTES = 2 ** 20;
const RUNS = 3;
/** A file younger than this has to stay unchanged first; what people share is older. */
const OLD_ENOUGH_MS = 11_000;

/** Bytes per second of all threads together. */
async function rawRate(threads: number, path?: string): Promise<number> {
  const pieces = FILE_BYTES / PIECE_BYTES / threads;
  const script = new URL('./raw-hash.js', import.meta.url);
  const times = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(script, { workerData: { pieces, path } });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  return (FILE_BYTES * 1_000) / Math.max(...times);
}

function makeFile(path: string): void {
  const fd = openSync(path, 'w');
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = 0; at < FILE_BYTES; at += PIECE_BYTES) {
    piece.writeBigUInt64BE(BigInt(at));
    writeSync(fd, piece);
  }
  fsyncSync(fd);
  closeSync(fd);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const peer = new IndexPeer();
const threads = Math.max(1, availableParallelism() - 1);
await peer.start();
const folder = peer.dir('large');
makeFile(join(folder, 'two gibibytes.bin'));
await after(OLD_ENOUGH_MS);
const path = join(folder, 'two gibibytes.bin');
const rates: number[] = [];
const ratios: number[] = [];
const inMemory: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const before = await rawRate(threads, path);
  const indexed = peer.until(({ files, indexing }) => files === 1 && !indexing.active);
  const startMs = performance.now();
  if (run === 0) await peer.bus.call('share.add', { path: folder });
  else await peer.bus.call('share.rescan', { full: true });
  await (run === 0 ? indexed : peer.until(({ indexing }) => !indexing.active));
  const rate = (FILE_BYTES * 1_000) / (performance.now() - startMs);
  rates.push(rate);
  ratios.push(rate / ((before + (await rawRate(threads, path))) / 2));
  inMemory.push(await rawRate(threads));
}
const gib = (rate: number) => (rate / GIB).toFixed(2);
console.log(
  `index a 2 GiB file from page cache: ${gib(median(rates))} GiB/s; the same hash on ${threads} thread(s) ` +
    `reading the same file ${gib(median(rates) / median(ratios))} GiB/s, ratio ${median(ratios).toFixed(2)} (goal >= 0.85); ` +
    `without reading ${gib(median(inMemory))} GiB/s`,
);
await peer.close();
