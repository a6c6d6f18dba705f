/** A whole peer of a benchmark, in a namespace, started as a user starts it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pass } from 'node:timers/promises';
import { type Bus, openBus } from '@iwanto/bus';
import type { LanHost } from '@iwanto/peer/lan';
import type { Program } from './installed.js';
import { family } from './process-cost.js';

const KNOWN_LIMIT_MS = 120_000;
const ASK_EVERY_MS = 500;

export class IdlePeer {
  #services: ChildProcess | undefined;

  constructor(
    readonly title: string,
    private readonly home: string,
  ) {
    mkdirSync(join(home, 'files'), { recursive: true });
  }

  /** Shares files of these names, each with content of its own. */
  share(paths: readonly string[]): void {
    for (const path of paths) {
      const whole = join(this.home, 'files', path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, `${this.title} ${path}`);
    }
  }

  /** Resolves when all services answer. */
  async start(host: LanHost, { node, script }: Program): Promise<void> {
    const words = [script, 'start', '--share', join(this.home, 'files')];
    const env = { PATH: process.env['PATH'], HOME: this.home, IWANT_HOME: this.home };
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    this.#services = host.spawn(node, words, { env, stdio: [...stdio] });
    await once(createInterface({ input: this.#services.stdout as Readable }), 'line');
  }

  /** Waits until the tracker that answers this peer's searches knows so many files. */
  async untilKnown(files: number): Promise<void> {
    const bus = await openBus({ runDir: join(this.home, 'run') });
    const deadlineMs = performance.now() + KNOWN_LIMIT_MS;
    for (let known = 0; known < files; known = await filesKnown(bus)) {
      if (performance.now() > deadlineMs) throw new Error(`${this.title} finds ${known} files`);
      await pass(ASK_EVERY_MS);
    }
    await bus.close();
  }

  /** The supervisor and its services. */
  pids(): number[] {
    return family(this.#services?.pid ?? 0);
  }

  async stop(): Promise<void> {
    const services = this.#services;
    if (!services || services.exitCode !== null) return;
    services.kill('SIGTERM');
    await once(services, 'exit');
  }
}

async function filesKnown(bus: Bus): Promise<number> {
  const book = await bus.call('book', {}).catch(() => undefined);
  return book?.peers.reduce((sum, { files }) => sum + files, 0) ?? 0;
}
