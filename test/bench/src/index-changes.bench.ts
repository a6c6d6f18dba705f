/** From a change on disk to the revision of the catalogue that contains it, and a burst that must lose nothing. */
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IndexPeer } from './index-peer.js';

const ROUNDS = 30;
const BURST_FILES = 10_000;
const TREE_FILES = 1_000;

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

async function timed(peer: IndexPeer, change: () => void): Promise<number> {
  const { catalogueRevision: before } = await peer.until(({ indexing }) => !indexing.active);
  const changed = peer.until(({ catalogueRevision }) => catalogueRevision > before);
  const startMs = performance.now();
  change();
  await changed;
  return performance.now() - startMs;
}

async function bench(
  peer: IndexPeer,
  name: string,
  change: (round: number) => void,
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await timed(peer, () => change(round)));
  }
  times.sort((a, b) => a - b);
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  console.log(
    `change on disk -> catalogue, ${name}: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms (goal <= 300 / 1000 ms with a settle time of 100 ms)`,
  );
}

const peer = new IndexPeer();
await peer.start();
const folder = peer.dir('changes');
for (let at = 0; at < 500; at += 1) writeFileSync(join(folder, `present ${at}`), `${at}`);
await peer.bus.call('share.add', { path: folder });
await peer.until(({ files, indexing }) => files === 500 && !indexing.active);
const path = (round: number) => join(folder, `file ${round}`);
await bench(peer, 'create', (round) => writeFileSync(path(round), `content ${round}`));
await bench(peer, 'same size in place', (round) => writeFileSync(path(round), `CONTENT ${round}`));
await bench(peer, 'append', (round) => appendFileSync(path(round), 'more'));
await bench(peer, 'rename', (round) => renameSync(path(round), `${path(round)} renamed`));
await bench(peer, 'delete', (round) => rmSync(`${path(round)} renamed`));

const tree = join(folder, 'tree');
mkdirSync(tree);
for (let at = 0; at < TREE_FILES; at += 1) writeFileSync(join(tree, `${at}`), `${at}`);
await peer.until(({ files, indexing }) => files === 500 + TREE_FILES && !indexing.active);
const treeGone = peer.until(({ files, indexing }) => files === 500 && !indexing.active);
let startMs = performance.now();
rmSync(tree, { recursive: true });
await treeGone;
console.log(
  `rmtree of ${TREE_FILES} files -> catalogue: ${(performance.now() - startMs).toFixed(0)} ms`,
);

startMs = performance.now();
for (let at = 0; at < BURST_FILES; at += 1) {
  const directory = join(folder, 'burst', `${Math.floor(at / 100)}`);
  if (at % 100 === 0) mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${at}`), `burst ${at}`);
}
const writtenMs = performance.now() - startMs;
await peer.until(({ files, indexing }) => files === 500 + BURST_FILES && !indexing.active);
console.log(
  `burst of ${BURST_FILES} creations in ${BURST_FILES / 100} new directories, written in ${(writtenMs / 1_000).toFixed(2)} s: ` +
    `0 lost, all in the catalogue ${((performance.now() - startMs - writtenMs) / 1_000).toFixed(2)} s after the last`,
);
await peer.close();
