/** How well and how fast the tracker finds what people ask for, class by class, and what a name costs in memory. */
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Tracker } from '@iwanto/tracker';
import type { CatalogId, CatalogueEntry, FileHash, PeerId } from '@iwanto/wire';
import { Dice } from '@iwanto/peer';
import { type NamedFile, namedFiles } from './search-corpus.js';
import { type Engine, fzfEngine, miniSearchEngine, trigramEngine } from './search-engines.js';
import { type Query, classes, heldOut, queriesOf } from './search-queries.js';
import { absentTitles } from './search-titles-screen.js';
import { unseenAbsent, unseenClasses } from './search-unseen.js';

const PEERS = 50;
const PART_ENTRIES = 500;
const QUERIES_PER_CLASS = 60;
const SEED = 20_240_101;
const SHOWN = 10;
/** Queries that take longer are shown where misses are. */
const SLOW_MS = 25;
/** The engines beside the tracker are slow: they answer some queries of each class, and not among a million names. */
const BESIDE = { namesMax: 100_000, queries: 12 } as const;
/** fzf reads every name again for each query. */
const FZF_NAMES_MAX = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedBytes(): number {
  // Buffers outside the heap are freed one collection after their owners.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const hashOf = (path: string) => createHash('sha256').update(path).digest('hex') as FileHash;
const sizeOf = (path: string) => 1_000 + path.length * (path.endsWith('.mkv') ? 9_000_000 : 900);
const entryOf = ({ path }: NamedFile): CatalogueEntry => {
  return {
    path: `share/${path}`,
    kind: 'file',
    hash: hashOf(path),
    size: sizeOf(path),
  };
};

/** The catalogue of one peer after another, in parts as they come over the wire; returns the longest part, in ms. */
function fill(tracker: Tracker, files: readonly NamedFile[]): number {
  const perPeer = Math.ceil(files.length / PEERS);
  let longestMs = 0;
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
      const startMs = cpuNowMs();
      tracker.applyAnnouncement(announcement, 0);
      longestMs = Math.max(longestMs, cpuNowMs() - startMs);
    }
  }
  return longestMs;
}

interface Score {
  queries: number;
  first: number;
  found: number;
  reciprocal: number;
  /** Of those found, how many were marked as merely similar. */
  similar: number;
}

const noScore = (): Score => ({
  queries: 0,
  first: 0,
  found: 0,
  reciprocal: 0,
  similar: 0,
});

function addPlace(score: Score, place: number, similar = false): void {
  score.queries += 1;
  if (similar && place >= 0) score.similar += 1;
  if (place === 0) score.first += 1;
  if (place >= 0 && place < SHOWN) score.found += 1;
  if (place >= 0) score.reciprocal += 1 / (place + 1);
}

const part = (hits: number, { queries }: Score) => (hits / Math.max(1, queries)).toFixed(3);
const shown = (score: Score) =>
  `${part(score.first, score)} ${part(score.found, score)} ${part(score.reciprocal, score)} ${part(score.similar, score)}`;

const percentile = (sorted: readonly number[], at: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;

interface Corpus {
  readonly files: readonly NamedFile[];
  readonly tracker: Tracker;
  readonly keyOf: ReadonlyMap<string, string>;
}

/** CPU time, which other work on the machine does not lengthen. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The place of the first right result, or -1, and whether it was marked as merely similar. */
function placeOf(
  { tracker, keyOf }: Corpus,
  { text, key, name: wanted }: Query,
  takenMs: number[],
): { place: number; similar: boolean } {
  const startMs = cpuNowMs();
  const { results, similar } = tracker.search(text, SHOWN);
  const queryMs = cpuNowMs() - startMs;
  takenMs.push(queryMs);
  if (queryMs > SLOW_MS && process.env['MISSES'])
    console.log(`  slow: ${queryMs.toFixed(0)} ms ${text}`);
  const place = results.findIndex(({ hash, name }) => keyOf.get(hash) === key || name === wanted);
  return { place, similar };
}

/** Asks every class and prints a line for each that has queries; returns the sum. */
function askAll(corpus: Corpus, makers: typeof classes, takenMs: number[]): Score {
  const all = noScore();
  for (const [name, make] of Object.entries(makers)) {
    const queries = queriesOf(make, corpus.files, new Dice(SEED + name.length), QUERIES_PER_CLASS);
    if (queries.length === 0) continue;
    const score = noScore();
    const missed: string[] = [];
    for (const query of queries) {
      const { place, similar } = placeOf(corpus, query, takenMs);
      addPlace(score, place, similar);
      addPlace(all, place, similar);
      if (place !== 0) missed.push(`${query.text} (${place < 0 ? 'not found' : place + 1})`);
      else if (similar) missed.push(`${query.text} (similar)`);
    }
    const misses = process.env['MISSES']
      ? `: ${missed.slice(0, Number(process.env['MISSES'])).join('; ')}`
      : '';
    console.log(
      `  ${name.padEnd(28)} ${String(queries.length).padStart(3)} ${shown(score)}${misses}`,
    );
  }
  return all;
}

/** True if some name happens to have all words of a title: as far as anyone can tell, it is what was asked for. */
function isThere(tracker: Tracker, title: string): boolean {
  const words = title.split(/[^\p{L}\p{N}]+/u).map((word) => `"${word}"`);
  return tracker.search(words.join(' '), 1).total > 0;
}

/** The part of the queries for what nobody has that are answered as if it were there. */
function unmarked({ tracker }: Corpus): string {
  const dice = new Dice(SEED);
  const digits = Array.from({ length: 40 }, () => String(10_000_000 + dice.below(89_999_999)));
  const absent = (texts: readonly string[]) => texts.filter((text) => !isThere(tracker, text));
  const asked = {
    titles: absent(absentTitles),
    'titles of another shelf': absent(unseenAbsent),
    'eight random digits': digits,
  };
  return Object.entries(asked)
    .map(([name, texts]) => {
      const wrong = texts.filter((text) =>
        tracker.search(text, SHOWN).results.some(({ similar }) => !similar),
      );
      const which = process.env['MISSES'] ? ` (${wrong.join('; ')})` : '';
      return `${name} ${wrong.length} of ${texts.length}${which}`;
    })
    .join(', ');
}

function beside(corpus: Corpus): void {
  const { files } = corpus;
  const names = files.map(({ path }) => path);
  const placeOfKey = new Map(files.map(({ key }, at) => [key, at]));
  const fzf = files.length <= FZF_NAMES_MAX ? fzfEngine(names) : undefined;
  const ours: Engine = (query, limit) =>
    corpus.tracker
      .search(query, limit)
      .results.flatMap(({ hash }) => placeOfKey.get(corpus.keyOf.get(hash) ?? '') ?? []);
  const engines: Readonly<Record<string, Engine>> = {
    iwanto: ours,
    'plain trigrams': trigramEngine(names),
    MiniSearch: miniSearchEngine(names),
    ...(fzf && { fzf }),
  };
  for (const [name, engine] of Object.entries(engines)) {
    const score = noScore();
    const takenMs: number[] = [];
    for (const [at, make] of Object.entries(classes)) {
      for (const { text, key } of queriesOf(
        make,
        files,
        new Dice(SEED + at.length),
        BESIDE.queries,
      )) {
        const startMs = cpuNowMs();
        const found = engine(text, SHOWN);
        takenMs.push(cpuNowMs() - startMs);
        addPlace(
          score,
          found.findIndex((place) => files[place]?.key === key),
        );
      }
    }
    takenMs.sort((a, b) => a - b);
    console.log(
      `  beside, ${name}: ${shown(score)}, p50 ${percentile(takenMs, 0.5).toFixed(2)} ms, p99 ${percentile(takenMs, 0.99).toFixed(2)} ms`,
    );
  }
}

function benchWith(count: number): void {
  const files = namedFiles(count, SEED);
  const keyOf = new Map(files.map(({ path, key }) => [hashOf(path) as string, key]));
  const before = usedBytes();
  const tracker = new Tracker({ seed: SEED });
  const startMs = cpuNowMs();
  const longestMs = fill(tracker, files);
  const filledMs = cpuNowMs() - startMs;
  while (tracker.tend(200));
  const bytes = (usedBytes() - before) / count;
  const corpus = { files, tracker, keyOf };
  askAll(corpus, { warm: classes['title'] as (typeof classes)[string] }, []);
  console.log(
    `search among ${count} names: class, queries, recall@1, recall@10, MRR, found but only as similar`,
  );
  const takenMs: number[] = [];
  const all = askAll(corpus, classes, takenMs);
  console.log(' classes that nobody tunes on:');
  const rest = askAll(corpus, heldOut, takenMs);
  console.log(' another shelf:');
  const unseen = askAll(corpus, unseenClasses, takenMs);
  takenMs.sort((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((at) => percentile(takenMs, at).toFixed(2));
  console.log(
    `search among ${count} names: recall@1, recall@10, MRR, similar ${shown(all)} (held out ${shown(rest)}; another shelf ${shown(unseen)}); ms of the processor p50 ${p50}, p99 ${p99}, max ${max}; ` +
      `${bytes.toFixed(0)} bytes a name; filled in ${filledMs.toFixed(0)} ms, the longest part in ${longestMs.toFixed(0)} ms`,
  );
  console.log(`  unmarked rows for what nobody has: ${unmarked(corpus)}`);
  if (count <= BESIDE.namesMax && !process.env['ALONE']) beside(corpus);
}

const counts = process.argv.slice(2).map(Number).filter(Number.isInteger);
for (const count of counts.length > 0 ? counts : [10_000, 100_000, 1_000_000]) benchWith(count);
