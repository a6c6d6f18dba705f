/** One peer as its user sees it: a home, `iwanto start`, and commands; nothing but the command line is used. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { codeOf } from '@iwanto/wire';
import { until, within } from './waiting.js';

/** The command of this checkout. */
export const PROGRAM = fileURLToPath(new URL('../../../apps/cli/bin/iwanto.js', import.meta.url));
const READY_LIMIT_MS = 20_000;
const COMMAND_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

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

/** Where programs of a peer run, when not on this machine: a host of a test LAN. */
export interface PeerHost {
  spawn(program: string, words: readonly string[], options: SpawnOptions): ChildProcess;
}

export interface PeerOptions {
  readonly host?: PeerHost;
  /** The environment of all its commands, beside that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The command to run, when not that of this checkout. */
  readonly program?: string;
  /** How long it may take to be ready, in ms, if that is not the usual 20 s. */
  readonly readyLimitMs?: number;
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Passes standard error through, so that progress bars are visible. */
  readonly showsProgress?: boolean;
}

export class Peer {
  /** What `iwanto start` printed on stderr so far. */
  readonly said: string[] = [];
  readonly #options: PeerOptions;
  /** Each is the leader of a process group. */
  readonly #running = new Set<ChildProcess>();
  #services: ChildProcess | undefined;

  constructor(
    readonly home: string,
    options: PeerOptions = {},
  ) {
    this.#options = options;
  }

  /** Runs a program where the peer lives, as the leader of a process group of its own. */
  spawn(words: readonly string[], options: ProgramOptions = {}): ChildProcess {
    const { env, host, program = PROGRAM } = this.#options;
    const run = host ? host.spawn.bind(host) : spawn;
    const child = run(process.execPath, [program, ...words], {
      env: { ...process.env, IWANT_HOME: this.home, ...env, ...options.env },
      stdio: ['ignore', 'pipe', options.showsProgress ? 'inherit' : 'pipe'],
      detached: true,
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
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
    const { readyLimitMs = READY_LIMIT_MS } = this.#options;
    await within(readyLimitMs, `"ready" of ${this.home}`, Promise.race([ready, failed]));
  }

  /** Resolves with the exit code of `iwanto start`. */
  async ended(limitMs: number): Promise<number | null> {
    const services = this.#services;
    if (!services) throw new Error('the services were not started');
    if (services.exitCode !== null || services.signalCode !== null) return services.exitCode;
    const end = once(services, 'exit') as Promise<[number | null]>;
    const [code] = await within(limitMs, `the end of iwanto start of ${this.home}`, end);
    return code;
  }

  /** Sends a signal to the supervisor alone. */
  signal(signal: NodeJS.Signals): void {
    this.#services?.kill(signal);
  }

  /** The power goes off: every process of the peer at the same moment, its commands too. */
  kill(): void {
    // Services outlive a supervisor that is gone already.
    for (const { pid } of new Set([this.#services, ...this.#running].filter(isChild))) {
      if (pid !== undefined) killGroup(pid);
    }
  }

  /** Ends the services in order, and kills what does not end. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.ended(STOP_LIMIT_MS).finally(() => this.kill());
  }

  run(...words: string[]): Promise<Answer> {
    return this.#outcome(this.spawn(words));
  }

  /** Runs a command that must succeed; returns what it printed. */
  async must(words: readonly string[], options: ProgramOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.#outcome(this.spawn(words, options));
    if (code === 0) return stdout;
    throw new Error(`iwanto ${words.join(' ')} ended with ${code}: ${stderr.trim()}`);
  }

  async #outcome(child: ChildProcess): Promise<Answer> {
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

  /** Searches until a result with this name and a hash other than `unlike` is found. */
  find(query: string, name: string, limitMs: number, unlike?: string): Promise<ResultJson> {
    return until(`"${name}" in the search for "${query}"`, limitMs, async () => {
      const { results = [] } = await this.json<{ results?: ResultJson[] }>('search', query);
      return results.find((one) => one.name.endsWith(name) && one.hash !== unlike && one.peers > 0);
    });
  }

  /** Downloads; fails unless the download ends well. */
  async download(hash: string, ...options: string[]): Promise<DoneJson> {
    const done = await this.json<DoneJson>('download', hash, ...options);
    if (done.event !== 'done') throw new Error(`the download ended with ${JSON.stringify(done)}`);
    return done;
  }
}

const isChild = (child: ChildProcess | undefined): child is ChildProcess => child !== undefined;

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (cause) {
    if (codeOf(cause) !== 'ESRCH') throw cause;
  }
}
