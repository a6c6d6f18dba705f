/** A tracker in its own process receives the catalogues of 50 peers: time, longest stall, memory, and queries afterwards. */
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Tracker } from '@iwanto/tracker';
import type { CatalogId, CatalogueEntry, FileHash, PeerId } from '@iwanto/wire';
import { Dice } from '@iwanto/peer';
import { namedFiles } from './search-corpus.js';
import { classes, queriesOf } from './search-queries.js';

const PEERS = 50;
/** Parts as an announcer sends them: each twice the one before. */
const FIRST_PART_ENTRIES = 100;
const PART_ENTRIES = 500;
const SEED = 20_240_101;
/** Distinct names that are generated; beyond that, each occurs in several shares. */
const MADE_MAX = 1_000_000;
const QUERIES_PER_CLASS = 25;
const WARM_QUERIES = 100;
const SHOWN = 10;
const MIB = 1_048_576;
const TEND_STEPS = 50;

const sumMs = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000;
const cpuMs = () => sumMs(process.cpuUsage());
/** CPU time of this thread, which does nothing else: how long an event loop would be blocked. */
const threadMs = () => sumMs(process.threadCpuUsage());
const percentile = (sorted: readonly number[], at: number) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0).toFixed(1);

/** Writes the paths, one per line, and the queries; returns where both are. */
function prepare(count: number, dir: string): void {
  const files = namedFiles(Math.min(count, MADE_MAX), SEED);
  const names = openSync(join(dir, 'names'), 'w');
  for (let written = 0, share = 0; written < count; share += 1) {
    const paths = files.slice(0, count - written).map(({ path }) => `share${share}/${path}`);
    for (let at = 0; at < paths.length; at += PART_ENTRIES)
      writeSync(names, `${paths.slice(at, at + PART_ENTRIES).join('\n')}\n`);
    written += paths.length;
  }
  const queries = Object.entries(classes).flatMap(([name, make]) =>
    queriesOf(make, files, new Dice(SEED + name.length), QUERIES_PER_CLASS),
  );
  writeFileSync(join(dir, 'queries.json'), JSON.stringify(queries.map(({ text }) => text)));
}

function entryOf(path: string, at: number): CatalogueEntry {
  const hash = (at + 1).toString(16).padStart(8, '0').repeat(8) as FileHash;
  return { path, kind: 'file', hash, size: 1_000 + path.length };
}

interface Taken {
  readonly applyMs: number;
  readonly longestMs: number;
  readonly longestCpuMs: number;
}

/** Applies the names part by part, one peer after another, with deferred work in between as a desk does. */
async function fill(tracker: Tracker, dir: string, count: number): Promise<Taken> {
  const perPeer = Math.ceil(count / PEERS);
  const taken = { applyMs: 0, longestMs: 0, longestCpuMs: 0 };
  let entries: CatalogueEntry[] = [];
  let at = 0;
  let since = 0;
  let partEntries = FIRST_PART_ENTRIES;
  const apply = (more: boolean) => {
    const peer = String(Math.floor((at - 1) / perPeer)).padStart(20, '0') as PeerId;
    const revision = since + entries.length;
    const part = { since, revision, more, entries, gone: [] };
    const [startMs, startCpuMs, startThreadMs] = [performance.now(), cpuMs(), threadMs()];
    tracker.applyAnnouncement({ peer, catalogId: '0'.repeat(16) as CatalogId, ...part }, 0);
    tracker.tend(TEND_STEPS);
    const [tookMs, tookCpuMs] = [performance.now() - startMs, cpuMs() - startCpuMs];
    taken.applyMs += tookCpuMs;
    taken.longestMs = Math.max(taken.longestMs, tookMs);
    taken.longestCpuMs = Math.max(taken.longestCpuMs, threadMs() - startThreadMs);
    since = more ? revision : 0;
    partEntries = more ? Math.min(PART_ENTRIES, partEntries * 2) : FIRST_PART_ENTRIES;
    entries = [];
  };
  for await (const path of createInterface({ input: createReadStream(join(dir, 'names')) })) {
    entries.push(entryOf(path, at));
    at += 1;
    const isLast = at % perPeer === 0 || at === count;
    if (isLast || entries.length === partEntries) apply(!isLast);
  }
  return taken;
}

async function measure(count: number, dir: string): Promise<void> {
  const tracker = new Tracker({ seed: SEED });
  const { applyMs, longestMs, longestCpuMs } = await fill(tracker, dir, count);
  while (tracker.tend(TEND_STEPS * PEERS));
  const rss = process.memoryUsage.rss() / MIB;
  console.log(
    `${count} names of ${PEERS} peers: taken in ${(applyMs / 1_000).toFixed(1)} s of the processor, ` +
      `longest part ${longestMs.toFixed(0)} ms (${longestCpuMs.toFixed(0)} of its thread), whole process ${rss.toFixed(0)} MiB`,
  );
  const queries = JSON.parse(readFileSync(join(dir, 'queries.json'), 'utf8')) as string[];
  for (const query of queries.slice(0, WARM_QUERIES)) tracker.search(query, SHOWN);
  const takenMs = queries.map((query) => {
    const startMs = cpuMs();
    tracker.search(query, SHOWN);
    return cpuMs() - startMs;
  });
  takenMs.sort((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((part) => percentile(takenMs, part));
  console.log(
    `  ${queries.length} queries: ms of the processor p50 ${p50}, p99 ${p99}, max ${max}; whole process ${(process.memoryUsage.rss() / MIB).toFixed(0)} MiB`,
  );
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'measure') await measure(Number(rest[0]), rest[1] ?? '');
else {
  const counts = [role, ...rest].map(Number).filter(Number.isInteger);
  for (const count of counts.length > 0 ? counts : [100_000, 1_000_000]) {
    const dir = mkdtempSync(join(tmpdir(), 'iwanto-bench-fill-'));
    try {
      prepare(count, dir);
      const own = fileURLToPath(import.meta.url);
      spawnSync(process.execPath, [own, 'measure', String(count), dir], { stdio: 'inherit' });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}
