/** How well and how fast the tracker finds misremembered names, and what a file costs in memory. */
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Tracker } from '@iwanto/tracker';
import type { CatalogId, CatalogueEntry, FileHash, PeerId } from '@iwanto/wire';
import { Dice } from './dice.js';
import { damages, typedWords } from './search-damage.js';
import { type NamedFile, namedFiles } from './search-names.js';

const PEERS = 10;
const PART_ENTRIES = 500;
const QUERIES_PER_DAMAGE = 200;
const WARM_UP_QUERIES = 300;
const SEED = 20_240_101;
/** Shorter names cannot be told from others once a letter is wrong. */
const TYPED_CHARACTERS_MIN = 5;
const SHOWN = 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedBytes(): number {
  // Buffers outside the heap go one collection after their owners.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const entryOf = ({ path, name }: NamedFile): CatalogueEntry => {
  const hash = createHash('sha256').update(path).digest('hex') as FileHash;
  return { path: `share/${path}`, kind: 'file', hash, size: name.length * 1_000 };
};

/** The catalogue of one peer after another, in parts as they come over the wire. */
function fill(tracker: Tracker, files: readonly NamedFile[]): void {
  const perPeer = Math.ceil(files.length / PEERS);
  for (let at = 0; at < PEERS; at += 1) {
    const own = files.slice(at * perPeer, (at + 1) * perPeer);
    for (let since = 0; since < own.length; since += PART_ENTRIES) {
      const entries = own.slice(since, since + PART_ENTRIES).map(entryOf);
      const announcement = {
        peer: String(at).padStart(20, '0') as PeerId,
        catalogId: '0'.repeat(16) as CatalogId,
        since,
        revision: since + entries.length,
        more: since + PART_ENTRIES < own.length,
        entries,
        gone: [],
      };
      tracker.applyAnnouncement(announcement, 0);
    }
  }
}

interface Query {
  readonly damage: string;
  readonly text: string;
  readonly target: string;
}

function queriesFor(files: readonly NamedFile[], dice: Dice): Query[] {
  return Object.entries(damages).flatMap(([damage, apply]) => {
    const queries: Query[] = [];
    while (queries.length < QUERIES_PER_DAMAGE) {
      const { name } = dice.pick(files);
      const words = typedWords(name);
      if (words.join('').length < TYPED_CHARACTERS_MIN) continue;
      queries.push({ damage, text: apply(words, dice), target: name });
    }
    return queries;
  });
}

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

interface Figures {
  readonly found: Map<string, number>;
  readonly reciprocal: number;
  /** On the wall clock, and of the processor alone: the machine may have other work. */
  readonly takenMs: number[];
  readonly cpuMs: number[];
}

function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function ask(tracker: Tracker, queries: readonly Query[]): Figures {
  for (const { text } of queries.slice(0, WARM_UP_QUERIES)) tracker.search(text, SHOWN);
  const found = new Map<string, number>();
  const takenMs: number[] = [];
  const cpuMs: number[] = [];
  let reciprocal = 0;
  for (const { damage, text, target } of queries) {
    const startMs = performance.now();
    const cpuStartMs = cpuNowMs();
    const { results } = tracker.search(text, SHOWN);
    cpuMs.push(cpuNowMs() - cpuStartMs);
    takenMs.push(performance.now() - startMs);
    const place = results.findIndex(({ name }) => name === target);
    found.set(damage, (found.get(damage) ?? 0) + (place >= 0 ? 1 : 0));
    if (place >= 0) reciprocal += 1 / (place + 1);
  }
  takenMs.sort((a, b) => a - b);
  cpuMs.sort((a, b) => a - b);
  return { found, reciprocal: reciprocal / queries.length, takenMs, cpuMs };
}

const STEPS = 200;

/** How long one slice of what is left for idle moments takes, and all of it. */
function tendAll(tracker: Tracker): { allMs: number; longestMs: number } {
  const startMs = performance.now();
  let longestMs = 0;
  for (let more = true; more;) {
    const sliceMs = performance.now();
    more = tracker.tend(STEPS);
    longestMs = Math.max(longestMs, performance.now() - sliceMs);
  }
  return { allMs: performance.now() - startMs, longestMs };
}

function benchWith(count: number): void {
  const files = namedFiles(count, SEED);
  const before = usedBytes();
  const tracker = new Tracker({ seed: SEED });
  const startMs = performance.now();
  fill(tracker, files);
  const filledMs = performance.now() - startMs;
  const { allMs, longestMs } = tendAll(tracker);
  const bytes = (usedBytes() - before) / count;
  const queries = queriesFor(files, new Dice(SEED + 1));
  const { found, reciprocal, takenMs, cpuMs } = ask(tracker, queries);
  const recalls = [...found].map(([damage, hits]) => `${damage} ${hits / QUERIES_PER_DAMAGE}`);
  const all = [...found.values()].reduce((sum, hits) => sum + hits, 0) / queries.length;
  const ms = (part: number) =>
    `${percentile(takenMs, part).toFixed(2)} (${percentile(cpuMs, part).toFixed(2)})`;
  console.log(
    `search among ${count} names: recall@10 ${all.toFixed(3)}, MRR ${reciprocal.toFixed(3)}, ` +
      `ms (of the processor) p50 ${ms(0.5)}, p99 ${ms(0.99)}, max ${ms(1)}; ${bytes.toFixed(0)} bytes a file; ` +
      `filled in ${filledMs.toFixed(0)} ms, tended in ${allMs.toFixed(0)} ms, longest slice ${longestMs.toFixed(1)} ms`,
  );
  console.log(`  found of ${QUERIES_PER_DAMAGE}: ${recalls.join(', ')}`);
}

const counts = process.argv.slice(2).map(Number).filter(Number.isInteger);
for (const count of counts.length > 0 ? counts : [10_000, 100_000, 1_000_000]) benchWith(count);
