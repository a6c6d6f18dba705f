/** The built indexer service in a throw-away home, alone and on the loopback interface, for benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bus, type Shared, openBus } from '@iwanto/bus';
import { nodeEnvironment, nodeFlags } from '@iwanto/service';
import { codeOf } from '@iwanto/wire';

const SCRIPT = fileURLToPath(new URL('../../../apps/indexer/dist/main.js', import.meta.url));
/** The limit of every wait of a benchmark, in ms. */
const LIMIT_MS = 300_000;
/** The first TCP port tried; far from those of a peer in use. */
const PORT = 28_118;

export class IndexPeer {
  readonly #home = mkdtempSync(join(tmpdir(), 'iwanto-bench-'));
  #service: ChildProcess | undefined;
  #bus!: Bus;

  /** A home without a shared folder. */
  constructor() {
    const config = {
      share: [],
      downloadDir: join(this.#home, 'downloads'),
      interfaces: ['lo'],
      ports: { election: PORT - 1, indexer: PORT, transfer: PORT + 1 },
    };
    writeFileSync(join(this.#home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  get bus(): Bus {
    return this.#bus;
  }

  /** A folder below the home, created if absent. */
  dir(...names: string[]): string {
    const path = join(this.#home, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Starts the service and waits until it answers. */
  async start(): Promise<void> {
    const env = { ...process.env, ...nodeEnvironment('indexer'), IWANT_HOME: this.#home };
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const words = [...nodeFlags('indexer'), SCRIPT];
    const service = spawn(process.execPath, words, { env, stdio: [...stdio] });
    this.#service = service;
    await new Promise<void>((resolve, reject) => {
      service.once('message', () => resolve());
      service.once('exit', (code) => reject(new Error(`The indexer ended with code ${code}.`)));
    });
    this.#bus ??= await openBus({ runDir: join(this.#home, 'run') });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const service = this.#service;
    if (!service) return;
    const ended = new Promise((resolve) => service.once('exit', resolve));
    service.kill(signal);
    await ended;
    this.#service = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#bus.close();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Waits until the state that the indexer publishes `holds`; returns it. */
  until(holds: (shared: Shared) => boolean): Promise<Shared> {
    return new Promise((resolve, reject) => {
      let last: Shared | undefined;
      const stop = this.#bus.follow('share.changed', (shared) => {
        last = shared;
        if (!holds(shared)) return;
        end();
        resolve(shared);
      });
      const timer = setTimeout(() => {
        end();
        reject(new Error(`Waited ${LIMIT_MS} ms; the last state is ${JSON.stringify(last)}.`));
      }, LIMIT_MS);
      const end = () => {
        clearTimeout(timer);
        stop();
      };
    });
  }

  /** Bytes of the service's memory that are resident in RAM. */
  residentBytes(): number {
    return this.#statusBytes('VmRSS');
  }

  /** The peak of that. */
  residentBytesMax(): number {
    return this.#statusBytes('VmHWM');
  }

  #statusBytes(name: string): number {
    const status = readFileSync(`/proc/${this.#service?.pid}/status`, 'utf8');
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1_024;
  }

  /** File watches that the service holds. */
  inotifyWatches(): number {
    const fds = `/proc/${this.#service?.pid}/fdinfo`;
    return readFdInfos(fds).reduce(
      (sum, text) => sum + (text.match(/^inotify /gm)?.length ?? 0),
      0,
    );
  }
}

function readFdInfos(directory: string): string[] {
  return Array.from({ length: 256 }, (_, fd) => {
    try {
      return readFileSync(`${directory}/${fd}`, 'utf8');
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return '';
      throw cause;
    }
  });
}
