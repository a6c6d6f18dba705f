/** One peer in a throw-away home on the loopback interface, driven through the command line only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { codeOf } from '@iwanto/wire';

/** The command of this checkout. */
export const OWN_PROGRAM = fileURLToPath(
  new URL('../../../apps/cli/bin/iwanto.js', import.meta.url),
);
const READY_LIMIT_MS = 15_000;
const COMMAND_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Let standard error through, so that progress bars are seen. */
  readonly showProgress?: boolean;
}

export class Peer {
  #services: ChildProcess | undefined;
  #ended = false;

  constructor(
    readonly name: string,
    readonly home: string,
    /** Peers of one demo meet at a port of their own: the user's real peer must not see them. */
    readonly discoveryPort: number,
    /** The command that is driven: of this checkout, or an installed one. */
    readonly program: string = OWN_PROGRAM,
  ) {}

  /** Starts the services and waits for their `ready`. */
  async start(...options: string[]): Promise<void> {
    await mkdir(this.home, { recursive: true });
    const [election, indexer, transfer] = [await freePort(), await freePort(), await freePort()];
    const config = {
      discoveryPort: this.discoveryPort,
      // Not the usual ports: other peers may remember somebody who had them before.
      ports: { election, indexer, transfer },
      interfaces: ['lo'],
      share: [],
    };
    await writeFile(join(this.home, 'config.json'), JSON.stringify(config));
    // A process group of its own: one signal reaches the supervisor and all services.
    const started = spawn(process.execPath, [this.program, 'start', ...options], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#services = started;
    const said: string[] = [];
    createInterface({ input: started.stderr }).on('line', (line) => said.push(line));
    const ready = once(createInterface({ input: started.stdout }), 'line');
    started.once('exit', () => (this.#ended = true));
    const failed = once(started, 'exit').then(([code]) => {
      throw new Error(`the services of ${this.name} ended with ${code}:\n${said.join('\n')}`);
    });
    await within(READY_LIMIT_MS, `"ready" of ${this.name}`, Promise.race([ready, failed]));
    failed.catch(() => undefined);
  }

  /** Runs one command of this peer. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<Answer> {
    const child = spawn(process.execPath, [this.program, ...words], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', options.showProgress ? 'inherit' : 'pipe'],
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { code: code ?? -1, stdout, stderr };
  }

  /** Runs a command that must succeed; returns what it printed. */
  async must(words: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(words, options);
    if (code === 0) return stdout;
    throw new Error(`iwanto ${words.join(' ')} ended with ${code}: ${stderr.trim()}`);
  }

  /** The power goes off: nothing is told to anybody. */
  kill(): void {
    const pid = this.#services?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (cause) {
      if (codeOf(cause) !== 'ESRCH') throw cause;
    }
  }

  /** Ends the services in order, and kills what does not end. */
  async stop(): Promise<void> {
    const services = this.#services;
    if (!services || this.#ended) return this.kill();
    const over = once(services, 'exit');
    services.kill('SIGTERM');
    await within(STOP_LIMIT_MS, `the end of ${this.name}`, over).finally(() => this.kill());
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, IWANT_HOME: this.home };
  }
}

/** A UDP port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Waits for something, but not for ever. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} did not come within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Asks again until the answer is there; each question is a command and takes its time. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs)
      throw new Error(`${what} did not come within ${limitMs} ms`);
  }
}
