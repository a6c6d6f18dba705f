/** A peer with 10,000 files: `iwanto have` over all of them, right and warm; and 100 wants while 1,000 files come. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { BenchPeer, PROGRAM } from './bench-peer.js';

const FILES = 10_000;
const FOLDERS = 100;
const CHANGED = 100;
const WARM_RUNS = 5;
const WANTS = 100;
const ADDED = 1_000;
const LIMIT_MS = 240_000;
const ASK_EVERY_MS = 100;
const OUTPUT_BYTES_MAX = 2 ** 28;
const GOAL_MS = 1_000;

interface Line {
  readonly path: string;
  readonly here: boolean;
}

const textOf = (at: number) => `file ${at} `.repeat(1 + (at % 200));

function fill(dir: string): void {
  for (let at = 0; at < FILES; at += 1) {
    const folder = join(dir, `folder ${at % FOLDERS}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file ${at}.txt`), textOf(at));
  }
}

/** Of files that are not shared themselves: whether the LAN has the content of each. */
function copied(from: string, to: string): Map<string, boolean> {
  const expected = new Map<string, boolean>();
  const place = (name: string) => join(to, name);
  for (let at = 0; at < FILES; at += 1) {
    const name = `file ${at}.txt`;
    copyFileSync(join(from, `folder ${at % FOLDERS}`, name), place(name));
    expected.set(name, true);
  }
  for (let at = 0; at < CHANGED; at += 1) {
    renameSync(place(`file ${at}.txt`), place(`renamed ${at}.bin`));
    expected.delete(`file ${at}.txt`);
    expected.set(`renamed ${at}.bin`, true);
    copyFileSync(place(`file ${1_000 + at}.txt`), place(`copy ${at}`));
    expected.set(`copy ${at}`, true);
    const edited = readFileSync(place(`file ${2_000 + at}.txt`));
    edited[at % edited.length] = (edited[at % edited.length] ?? 0) ^ 1;
    writeFileSync(place(`file ${2_000 + at}.txt`), edited);
    expected.set(`file ${2_000 + at}.txt`, false);
  }
  return expected;
}

function have(home: string, dir: string): { tookMs: number; files: readonly Line[] } {
  const startMs = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, 'have', dir, '--json'], {
    env: { ...process.env, IWANT_HOME: home },
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (status !== 0) throw new Error(`have ended with ${status}: ${stderr}`);
  const { files } = JSON.parse(stdout) as { files: Line[] };
  return { tookMs: performance.now() - startMs, files };
}

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const at = (numbers: readonly number[], part: number) =>
  (sorted(numbers)[Math.floor(numbers.length * part)] ?? 0).toFixed(0);

async function untilIndexed(peer: BenchPeer, files: number): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (performance.now() < endMs) {
    const book = await peer.bus.call('book', {}).catch(() => undefined);
    if ((book?.peers[0]?.files ?? 0) >= files) return;
    await pass(ASK_EVERY_MS);
  }
  throw new Error(`${files} files were not indexed within ${LIMIT_MS} ms.`);
}

function compare(peer: BenchPeer): void {
  const dir = join(peer.home, 'other');
  mkdirSync(dir);
  const expected = copied(peer.shared, dir);
  const cold = have(peer.home, dir);
  // Files changed a moment ago are read again: their hashes are not remembered yet.
  have(peer.home, dir);
  const warm = Array.from({ length: WARM_RUNS }, () => have(peer.home, dir));
  const files = [cold, ...warm].flatMap((answer) => answer.files);
  const wrong = files.filter(({ path, here }) => expected.get(basename(path)) !== here).length;
  const missing = (WARM_RUNS + 1) * expected.size - files.length;
  console.log(
    `have of ${expected.size} files: first ${cold.tookMs.toFixed(0)} ms, warm ${at(
      warm.map(({ tookMs }) => tookMs),
      0.5,
    )} ms (goal <= ${GOAL_MS}); wrong or missing ${wrong + missing} among ${CHANGED} renames, copies and one-byte edits each`,
  );
}

async function wants(peer: BenchPeer): Promise<void> {
  const writtenMs = new Map<string, number>();
  for (let want = 0; want < WANTS; want += 1)
    await peer.bus.call('want.add', { query: `quokka${want}x`, get: false });
  const dir = join(peer.shared, 'new');
  mkdirSync(dir);
  for (let added = 0; added < ADDED; added += 1) {
    const name = `quokka${added % WANTS}x ${added}.txt`;
    writtenMs.set(name, Date.now());
    writeFileSync(join(dir, name), `new ${added}`);
  }
  const endMs = performance.now() + LIMIT_MS;
  let tookMs: number[] = [];
  while (tookMs.length < ADDED && performance.now() < endMs) {
    await pass(ASK_EVERY_MS);
    const { wants: all } = await peer.bus.call('want.list', {});
    tookMs = all.flatMap(({ found }) =>
      found.map(({ name, atMs }) => atMs - (writtenMs.get(name) ?? atMs)),
    );
  }
  console.log(
    `${WANTS} wants, ${ADDED} files written in one go: found p50 ${at(tookMs, 0.5)} ms, p95 ${at(tookMs, 0.95)} ms after each was written (goal <= ${GOAL_MS}), ${tookMs.length} of ${ADDED}`,
  );
}

const peer = new BenchPeer('have');
try {
  fill(peer.shared);
  await peer.start();
  await untilIndexed(peer, FILES);
  compare(peer);
  await wants(peer);
} finally {
  await peer.close();
}
