/**
 * `npm run soak -- [--minutes 30] [--seed N] [--peers 8]`: peers in network namespaces share, change and fetch files
 * while services and hosts are killed, stopped, cut off and healed at random from a seed. At the end, when all is healed,
 * everything must be right; the exit code is 1 if it is not.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Dice } from '@iwanto/peer';
import { reasonOf } from '@iwanto/wire';
import { lanImpossible, makeLan } from '@iwanto/peer/lan';
import { Changes } from './soak/changes.js';
import { Downloads } from './soak/downloads.js';
import { Faults } from './soak/faults.js';
import { wrongAfter } from './soak/judge.js';
import { Memory } from './soak/memory.js';
import { SoakPeer } from './soak/soak-peer.js';

const MS_PER_MINUTE = 60_000;
/** The interval between two steps, which are mostly work, and how often one is a fault. */
const STEP_MS = 400;
const STEPS_PER_FAULT = 6;
/** How long everything may take to be right again: a service that was killed repeatedly waits half a minute. */
const HEAL_LIMIT_MS = 90_000;
/** A process is warmed up after this long; in a shorter run none is compared. */
const WARM_UP_MS = 60_000;
const SAMPLE_EVERY_STEPS = 12;
const REST_STEPS_MAX = 60;
const GROWTH_MIB_MAX = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
    peers: { type: 'string', default: '8' },
  },
});
const lastsMs = Number(values.minutes) * MS_PER_MINUTE;

class Soak {
  readonly #lan = makeLan(Number(values.peers));
  readonly #dice = new Dice(Number(values.seed));
  readonly #peers: readonly SoakPeer[];
  readonly #changes = new Changes(this.#dice);
  readonly #downloads: Downloads;
  readonly #faults: Faults;
  readonly #memory: Memory;

  constructor(root: string) {
    this.#peers = this.#lan.hosts.map((host) => new SoakPeer(host, join(root, `h${host.number}`)));
    this.#downloads = new Downloads(this.#peers, this.#dice);
    this.#faults = new Faults(this.#lan, this.#peers, this.#dice);
    this.#memory = new Memory(this.#peers, WARM_UP_MS);
  }

  /** What is wrong, one sentence each. */
  async run(): Promise<string[]> {
    for (const { share } of this.#peers) this.#changes.fill(share);
    await Promise.all(this.#peers.map((peer) => peer.start()));
    const atFirst = await wrongAfter(this.#peers, HEAL_LIMIT_MS);
    if (atFirst.length > 0) return atFirst;
    const endMs = performance.now() + lastsMs;
    for (let step = 0; performance.now() < endMs; step += 1) await this.#step(step);
    await this.#faults.undoAll();
    const healedMs = performance.now();
    const wrong = await wrongAfter(this.#peers, HEAL_LIMIT_MS);
    console.log(`soak: right ${seconds(healedMs)} s after the last fault was undone`);
    const last = wrong.length > 0 ? 0 : await this.#downloads.finish();
    await this.#rest();
    return this.#judge([...this.#faults.wrong, ...wrong, ...this.#downloads.wrong], last);
  }

  async #step(step: number): Promise<void> {
    if (step % STEPS_PER_FAULT === 0) this.#faults.strike();
    else if (this.#dice.below(2) === 0) this.#downloads.begin();
    else this.#changes.make(this.#dice.pick(this.#peers).share);
    if (step % SAMPLE_EVERY_STEPS === 0) this.#memory.sample();
    await this.#faults.pass(STEP_MS);
  }

  /** Memory comes back when nothing is done. */
  async #rest(): Promise<void> {
    this.#memory.endBegins();
    for (let step = 0; step < REST_STEPS_MAX; step += 1) {
      this.#memory.sample();
      if (this.#memory.growth().largestMiB < GROWTH_MIB_MAX) return;
      await this.#faults.pass(STEP_MS);
    }
  }

  #judge(found: readonly string[], last: number): string[] {
    const { measured, largestMiB, name } = this.#memory.growth();
    const wrong = [...found, ...this.#peers.flatMap((peer) => peer.troubles())];
    if (largestMiB >= GROWTH_MIB_MAX) wrong.push(`${name} grew by ${largestMiB.toFixed(1)} MiB`);
    const { begun, whole } = this.#downloads;
    const faults = [...this.#faults.counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    console.log(
      `soak: seed ${values.seed}, ${values.minutes} min, ${values.peers} peers, ${this.#changes.count} changes, ` +
        `${begun} downloads begun, ${whole} whole (${last} of them asked for at the end), faults: ${faults}; ` +
        `of ${measured} processes the most growth is ${largestMiB.toFixed(1)} MiB (${name}): ` +
        (wrong.length === 0 ? 'all right' : `${wrong.length} wrong`),
    );
    return wrong;
  }

  async end(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.remove()));
    this.#lan.remove();
  }
}

const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1_000).toFixed(1);

async function main(): Promise<number> {
  const reason = lanImpossible();
  if (reason) {
    console.log(`soak: skipped: ${reason}`);
    return 0;
  }
  console.log(`soak: seed ${values.seed} begins`);
  const root = await mkdtemp(join(tmpdir(), 'iwanto-soak-'));
  const soak = new Soak(root);
  const wrong = await soak
    .run()
    .catch((cause: unknown) => [reasonOf(cause)])
    .finally(() => soak.end());
  for (const each of wrong) console.error(`soak: WRONG: ${each}`);
  if (wrong.length > 0) {
    console.error(`soak: homes and logs are left in ${root}; --seed ${values.seed} repeats it`);
    return 1;
  }
  await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return 0;
}

process.exitCode = await main();
