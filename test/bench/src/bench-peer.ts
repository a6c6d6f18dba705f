/** One whole peer, on the loopback interface or at a host of a LAN, in a home of its own: started, asked, killed, removed. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bus, openBus } from '@iwanto/bus';
import type { PeerHost } from '@iwanto/peer';

export const PROGRAM = fileURLToPath(new URL('../../../apps/cli/bin/iwanto.js', import.meta.url));
export const SETTLE_MS = 100;
const LIMIT_MS = 20_000;
const ASK_EVERY_MS = 5;
/** Used by one run only, so that peers of other runs on this machine stay apart. */
const GROUP_PORT = 30_000 + (process.pid % 10_000) * 3;

/** The configuration that keeps a peer on the loopback interface. */
const ON_LOOPBACK = {
  interfaces: ['lo'],
  discoveryPort: GROUP_PORT,
  ports: { election: GROUP_PORT + 1, indexer: GROUP_PORT + 1, transfer: GROUP_PORT + 2 },
};

const nothingYet = () => undefined;

export class BenchPeer {
  readonly home: string;
  readonly shared: string;
  #services: ChildProcess | undefined;
  bus!: Bus;

  constructor(
    name: string,
    private readonly host?: PeerHost,
  ) {
    this.home = mkdtempSync(join(tmpdir(), `iwanto-bench-${name}-`));
    this.shared = join(this.home, 'shared');
    mkdirSync(this.shared);
    const config = {
      share: [this.shared],
      downloadDir: join(this.home, 'downloads'),
      settleMs: SETTLE_MS,
      ...(host ? {} : ON_LOOPBACK),
    };
    writeFileSync(join(this.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  async start(): Promise<void> {
    const env = { ...process.env, IWANT_HOME: this.home };
    const options: SpawnOptions = { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true };
    const words = [PROGRAM, 'start'];
    const services = (this.host?.spawn ?? spawn)(process.execPath, words, options);
    this.#services = services;
    await once(createInterface({ input: services.stdout as Readable }), 'line');
    await this.bus?.close();
    this.bus = await openBus({ runDir: join(this.home, 'run') });
  }

  /** All processes of the peer, at the same time. */
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

  /** How long until a search for a name finds it first, in ms; a refused search is repeated. */
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
