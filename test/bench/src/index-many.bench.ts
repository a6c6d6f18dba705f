/** Many small files: how long until all can be searched, what they cost, and how fast a start without changes is. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from '@iwanto/peer';
import { IndexPeer } from './index-peer.js';

const SEED = 4;
const KIB = 1_024;
const FILES_A_FOLDER = 100;
/** Between two questions while a directory is indexed, in ms. */
const ASK_INTERVAL_MS = 250;

interface Crowd {
  readonly count: number;
  readonly bytesMin: number;
  readonly bytesMax: number;
}

function makeFiles(folder: string, { count, bytesMin, bytesMax }: Crowd): number {
  const dice = new Dice(SEED);
  const content = Buffer.alloc(bytesMax, 1);
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    const directory = join(folder, `folder ${Math.floor(at / FILES_A_FOLDER)}`);
    if (at % FILES_A_FOLDER === 0) mkdirSync(directory, { recursive: true });
    const bytes = bytesMin + dice.below(bytesMax - bytesMin + 1);
    content.writeUInt32BE(at);
    writeFileSync(join(directory, `file ${at}.dat`), content.subarray(0, bytes));
    sum += bytes;
  }
  return sum;
}

async function searchableAfter(peer: IndexPeer, folder: string, count: number): Promise<number> {
  const startMs = performance.now();
  const done = peer.until(({ files, indexing }) => files === count && !indexing.active);
  await peer.bus.call('share.add', { path: folder });
  await done;
  return performance.now() - startMs;
}

async function tenThousand(): Promise<void> {
  const peer = new IndexPeer();
  await peer.start();
  const crowd = { count: 10_000, bytesMin: 4 * KIB, bytesMax: 64 * KIB };
  const folder = peer.dir('small');
  const bytes = makeFiles(folder, crowd);
  const ms = await searchableAfter(peer, folder, crowd.count);
  console.log(
    `index ${crowd.count} files of 4-64 KiB (${(bytes / 2 ** 20).toFixed(0)} MiB) just written, share -> all in the catalogue: ` +
      `${(ms / 1_000).toFixed(2)} s (goal <= 2 s)`,
  );
  await peer.close();
}

async function hundredThousand(): Promise<void> {
  const peer = new IndexPeer();
  await peer.start();
  const idle = peer.residentBytes();
  const crowd = { count: 100_000, bytesMin: 1 * KIB, bytesMax: 4 * KIB };
  const folder = peer.dir('crowd');
  makeFiles(join(folder, 'tree'), crowd);
  const ms = await searchableAfter(peer, folder, crowd.count);
  const bytes = (peer.residentBytes() - idle) / crowd.count;
  const watches = peer.inotifyWatches();
  await peer.stop();
  const startMs = performance.now();
  await peer.start();
  const { catalogueRevision } = await peer.bus.call('share.get', {});
  await peer.until(({ indexing }) => !indexing.active);
  const scanMs = performance.now() - startMs;
  const { catalogueRevision: after } = await peer.bus.call('share.get', {});
  console.log(
    `index ${crowd.count} files: ${(ms / 1_000).toFixed(1)} s, ${bytes.toFixed(0)} bytes of memory a file, ${watches} watches; ` +
      `start and scan of the unchanged tree ${(scanMs / 1_000).toFixed(2)} s (goal <= 3 s), ${after - catalogueRevision} revisions`,
  );
  await moveTree(peer, folder, crowd.count);
  await peer.close();
}

/** A renamed tree is recognised by its inodes: none of it is read. */
async function moveTree(peer: IndexPeer, folder: string, count: number): Promise<void> {
  const { catalogueRevision } = await peer.bus.call('share.get', {});
  let queued = 0;
  const startMs = performance.now();
  renameSync(join(folder, 'tree'), join(folder, 'moved'));
  await peer.until(({ files, indexing, catalogueRevision: revision }) => {
    queued = Math.max(queued, indexing.filesTotal);
    return revision > catalogueRevision && files === count && !indexing.active;
  });
  const seconds = (performance.now() - startMs) / 1_000;
  console.log(
    `a tree of ${count} files renamed -> in the catalogue: ${seconds.toFixed(1)} s, ${queued} files read (goal 0)`,
  );
}

/** One directory of very many files, and how long a question has to wait meanwhile. */
async function oneDirectory(): Promise<void> {
  const peer = new IndexPeer();
  await peer.start();
  const count = 200_000;
  const folder = peer.dir('one');
  for (let at = 0; at < count; at += 1) {
    writeFileSync(join(folder, `file number ${at} of many.txt`), `content ${at}`);
  }
  let [isOver, longestMs] = [false, 0];
  const asking = async () => {
    while (!isOver) {
      const startMs = performance.now();
      await peer.bus.call('share.get', {});
      longestMs = Math.max(longestMs, performance.now() - startMs);
      await delay(ASK_INTERVAL_MS);
    }
  };
  const asked = asking();
  const ms = await searchableAfter(peer, folder, count);
  isOver = true;
  await asked;
  console.log(
    `index ${count} files of one directory: ${(ms / 1_000).toFixed(1)} s, ` +
      `${(peer.residentBytesMax() / 2 ** 20).toFixed(0)} MiB of memory at most (goal <= 300), ` +
      `an answer meanwhile within ${longestMs.toFixed(0)} ms`,
  );
  await peer.close();
}

await tenThousand();
await hundredThousand();
await oneDirectory();
