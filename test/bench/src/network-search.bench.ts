/** Three whole peers on the loopback interface: from a change on disk to another's search, and over a leader's death. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bus, openBus } from '@iwanto/bus';

const PROGRAM = fileURLToPath(new URL('../../../apps/cli/bin/iwanto.js', import.meta.url));
const CHANGES = 30;
const LEADERS_KILLED = 3;
const SETTLE_MS = 100;
const LIMIT_MS = 20_000;
const ASK_EVERY_MS = 5;
const REST_MS = 5_000;
/** Of one run alone, so that peers of other runs on this machine stay apart. */
const GROUP_PORT = 30_000 + (process.pid % 10_000) * 3;

class BenchPeer {
  readonly home: string;
  readonly shared: string;
  #services: ChildProcess | undefined;
  bus!: Bus;

  constructor(name: string) {
    this.home = mkdtempSync(join(tmpdir(), `iwanto-bench-${name}-`));
    this.shared = join(this.home, 'shared');
    mkdirSync(this.shared);
    const config = {
      share: [this.shared],
      downloadDir: join(this.home, 'downloads'),
      interfaces: ['lo'],
      settleMs: SETTLE_MS,
      discoveryPort: GROUP_PORT,
      ports: { election: GROUP_PORT + 1, indexer: GROUP_PORT + 1, transfer: GROUP_PORT + 2 },
    };
    writeFileSync(join(this.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  async start(): Promise<void> {
    const env = { ...process.env, IWANT_HOME: this.home };
    const services = spawn(process.execPath, [PROGRAM, 'start'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.#services = services;
    await once(createInterface({ input: services.stdout }), 'line');
    this.bus = await openBus({ runDir: join(this.home, 'run') });
  }

  /** All processes of the peer, at once. */
  async kill(): Promise<void> {
    const services = this.#services;
    this.#services = undefined;
    if (!services?.pid) return;
    const ended = once(services, 'exit');
    process.kill(-services.pid, 'SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.bus.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** How long until a search for a name finds it first, in ms; a refused search is asked again. */
  async untilFound(name: string): Promise<number> {
    const startMs = performance.now();
    while (performance.now() - startMs < LIMIT_MS) {
      const answer = await this.bus.call('search', { query: name }).catch(nothingYet);
      if (answer?.results[0]?.name === name) return performance.now() - startMs;
      await pass(ASK_EVERY_MS);
    }
    throw new Error(`${name} was not found within ${LIMIT_MS} ms.`);
  }
}

const nothingYet = () => undefined;
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const median = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? 0;
const worst = (numbers: readonly number[]) => sorted(numbers).at(-1) ?? 0;

async function changes(from: BenchPeer, by: BenchPeer): Promise<void> {
  const takenMs: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    // Alone, as a person's changes are: the second within half a second would wait for the next telling.
    await pass(600);
    writeFileSync(join(from.shared, `quokka${at}.txt`), `text ${at}`);
    takenMs.push(await by.untilFound(`quokka${at}.txt`));
  }
  console.log(
    `change on disk -> found by another peer, settle time ${SETTLE_MS} ms included: ` +
      `p50 ${median(takenMs).toFixed(0)} ms, max ${worst(takenMs).toFixed(0)} ms of ${CHANGES}`,
  );
}

/** One leader after another dies; the youngest keeps asking. */
async function deaths(peers: readonly BenchPeer[]): Promise<void> {
  const takenMs: number[] = [];
  for (const leader of peers.slice(0, -1)) {
    const last = peers.at(-1) as BenchPeer;
    await leader.kill();
    takenMs.push(await last.untilFound('lasting.txt'));
    // The next standby has to be warm: that is what is measured, not how fast it becomes so.
    await pass(REST_MS);
  }
  console.log(
    `leader killed -> search answers again: ${takenMs.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
}

const peers = Array.from({ length: LEADERS_KILLED + 1 }, (_, at) => new BenchPeer(String(at)));
try {
  // One after the other: the first is the oldest and leads.
  for (const peer of peers) await peer.start();
  const last = peers.at(-1) as BenchPeer;
  writeFileSync(join(last.shared, 'lasting.txt'), 'of the one that stays');
  for (const peer of peers) await peer.untilFound('lasting.txt');
  await changes(peers[1] as BenchPeer, last);
  await deaths(peers);
} finally {
  for (const peer of peers) await peer.close();
}
