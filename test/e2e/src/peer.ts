/** One peer as its user sees it: a home, `iwanto start`, and commands; nothing but the command line is used. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { codeOf } from '@iwanto/wire';
import type { LanHost } from './lan.js';

const PROGRAM = fileURLToPath(new URL('../../../apps/cli/bin/iwanto.js', import.meta.url));
const READY_LIMIT_MS = 20_000;
const COMMAND_LIMIT_MS = 60_000;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StatusJson {
  readonly peer: string | null;
  readonly role: string | null;
  readonly leader: string | null;
  readonly epoch: number | null;
  readonly peers: readonly { peer: string; address: string; files: number | null }[];
  readonly shared: { files: number; bytes: number; indexing: { active: boolean } } | null;
  readonly services: Record<'election' | 'indexer' | 'transfer', string>;
  readonly details: readonly { service: string; pid: number; port: number }[];
}

export interface ResultJson {
  readonly hash: string;
  readonly kind: 'file' | 'directory';
  readonly name: string;
  readonly size: number;
  readonly peers: number;
  readonly score: number;
}

export interface DoneJson {
  readonly event: string;
  readonly hash: string;
  readonly path: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly sources: number;
}

export class Peer {
  /** What `iwanto start` said on stderr so far. */
  readonly said: string[] = [];
  #services: ChildProcess | undefined;

  /** With a host the peer lives in its namespace, otherwise on this machine; `env` is that of all its commands. */
  constructor(
    readonly home: string,
    private readonly host?: LanHost,
    private readonly env: NodeJS.ProcessEnv = {},
  ) {}

  /** Runs a program where the peer lives, as the leader of a process group of its own. */
  spawn(words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const options = {
      env: { ...process.env, IWANT_HOME: this.home, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[],
      detached: true,
    };
    return this.host
      ? this.host.spawn(process.execPath, [PROGRAM, ...words], options)
      : spawn(process.execPath, [PROGRAM, ...words], options);
  }

  /** `iwanto start`: resolves when it has printed `ready`. */
  async start(...options: string[]): Promise<void> {
    const started = this.spawn(['start', ...options]);
    this.#services = started;
    if (!started.stdout || !started.stderr) throw new Error('start has no output');
    createInterface({ input: started.stderr }).on('line', (line) => this.said.push(line));
    const ready = once(createInterface({ input: started.stdout }), 'line').then(([line]) => {
      if (line !== 'ready') throw new Error(`"ready" was expected, not "${String(line)}"`);
    });
    const failed = once(started, 'exit').then(([code]) => {
      throw new Error(`iwanto start ended with ${String(code)}: ${this.said.join('; ')}`);
    });
    failed.catch(() => undefined);
    await within(READY_LIMIT_MS, 'ready', Promise.race([ready, failed]));
  }

  /** Resolves with the exit code of `iwanto start`. */
  async ended(limitMs: number): Promise<number | null> {
    const services = this.#services;
    if (!services) throw new Error('the services were not started');
    if (services.exitCode !== null) return services.exitCode;
    const [code] = (await within(limitMs, 'the end of iwanto start', once(services, 'exit'))) as [
      number | null,
    ];
    return code;
  }

  /** Sends a signal to the supervisor alone. */
  signal(signal: NodeJS.Signals): void {
    this.#services?.kill(signal);
  }

  /** The power goes off: every process of the peer at once. */
  kill(): void {
    const pid = this.#services?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (cause) {
      if (codeOf(cause) !== 'ESRCH') throw cause;
    }
  }

  async run(...words: string[]): Promise<Answer> {
    const child = this.spawn(words);
    const limit = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    return { code: code ?? -1, stdout, stderr };
  }

  /** The last JSON line of a command, whatever its exit code. */
  async json<T>(...words: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...words, '--json');
    const last = stdout.trim().split('\n').at(-1) ?? '';
    try {
      return JSON.parse(last) as T;
    } catch {
      throw new Error(`iwanto ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    }
  }

  status(): Promise<StatusJson> {
    return this.json<StatusJson>('status');
  }

  /** Searches until a result with this name comes. */
  find(query: string, name: string, limitMs: number): Promise<ResultJson> {
    return until(`"${name}" in the search for "${query}"`, limitMs, async () => {
      const { results = [] } = await this.json<{ results?: ResultJson[] }>('search', query);
      return results.find((result) => result.name.endsWith(name));
    });
  }

  /** Downloads; fails unless the download ends well. */
  async download(hash: string, ...options: string[]): Promise<DoneJson> {
    const done = await this.json<DoneJson>('download', hash, ...options);
    if (done.event !== 'done') throw new Error(`the download ended with ${JSON.stringify(done)}`);
    return done;
  }
}

/**
 * What keeps peers of a test on the loopback interface among themselves: a peer of the machine's user
 * listens at the usual ports, and peers of other tests may remember who had those before.
 */
export async function apart(discoveryPort: number) {
  const [election, indexer, transfer] = [await freePort(), await freePort(), await freePort()];
  return { discoveryPort, ports: { election, indexer, transfer }, interfaces: ['lo'] };
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

/** Writes a file of `bytes` bytes that follow from its name; folders above it are made. */
export async function writeMade(path: string, bytes: number): Promise<void> {
  const pattern = createHash('sha512').update(path).digest();
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes, pattern));
}

/** SHA-256 of a file: on purpose not the hash that the program itself uses. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
