/** Runs the three services as child processes: restarts those that die, stops all when asked, and ends when all were asked to stop. */
import { type ChildProcess, fork } from 'node:child_process';
import { reasonOf } from '@iwanto/wire';
import type { ServiceName } from '@iwanto/bus';
import { EXIT, Terminal, endingOf } from '@iwanto/service';

/** The wait before a service that died is started again: doubled each time, within these bounds. */
const BACK_OFF_MS_MIN = 1_000;
const BACK_OFF_MS_MAX = 30_000;
/** A service that ran this long is healthy again: its next back-off starts from the beginning. */
const HEALTHY_AFTER_MS = 60_000;
/** How long a service may take to end in order before it is killed; the whole stop takes at most 2 s. */
const STOP_LIMIT_MS = 1_800;
/** After this long without being ready, the services that are waited for are named. */
const STILL_WAITING_MS = 15_000;

export interface ServiceProgram {
  readonly service: ServiceName;
  /** Its file. */
  readonly program: string;
  /** What comes between `node` and the program. */
  readonly nodeArguments: readonly string[];
  /** Variables that it gets unless they are set already. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface SuperviseOptions {
  readonly services: readonly ServiceProgram[];
  /** All three are ready; called once. */
  readonly ready: () => void;
  /** One sentence for people. */
  readonly tell: (sentence: string) => void;
}

interface Child extends ServiceProgram {
  process?: ChildProcess;
  ready: boolean;
  /** It ended because it was asked to, and stays away. */
  over: boolean;
  startedMs: number;
  backOffMs: number;
  restart?: NodeJS.Timeout;
  /** It said that it ends with this exit code. */
  ending?: number | undefined;
}

/** Supervises until all services have ended; resolves with the exit code. */
export function supervise(options: SuperviseOptions): Promise<number> {
  return new Promise((ended) => new Supervisor(options, ended).start());
}

class Supervisor {
  readonly #children: Child[];
  #exitCode: number = EXIT.done;
  #stopping = false;
  #toldReady = false;
  #waiting: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: SuperviseOptions,
    private readonly ended: (exitCode: number) => void,
  ) {
    this.#children = options.services.map((program) => ({
      ...program,
      ready: false,
      over: false,
      startedMs: 0,
      backOffMs: BACK_OFF_MS_MIN,
    }));
  }

  start(): void {
    process.on('SIGTERM', () => this.#stop(EXIT.done));
    const terminal = new Terminal();
    process.on('SIGHUP', () => (terminal.isGone() ? this.#stop(EXIT.done) : this.#reload()));
    process.on('SIGINT', () => this.#stop(EXIT.ctrlC));
    for (const child of this.#children) this.#launch(child);
    this.#waiting = setInterval(() => this.#nameTheLate(), STILL_WAITING_MS);
  }

  /** Each service reads the configuration again. */
  #reload(): void {
    for (const child of this.#children) child.process?.kill('SIGHUP');
  }

  #launch(child: Child): void {
    child.ready = false;
    child.ending = undefined;
    child.startedMs = performance.now();
    const started = fork(child.program, [], {
      execArgv: [...child.nodeArguments],
      env: { ...child.environment, ...process.env },
      // Standard output of the supervisor says `ready` and nothing else.
      stdio: ['ignore', process.stderr.fd, process.stderr.fd, 'ipc'],
    });
    child.process = started;
    started.on('message', (message) => {
      if (message === 'ready') this.#becameReady(child);
      const code = endingOf(message);
      if (code !== undefined && child.process === started) this.#ends(child, code);
    });
    started.once('error', (error) => {
      this.options.tell(`The ${child.service} service could not be started: ${reasonOf(error)}.`);
    });
    started.once('close', (code, signal) => this.#died(child, { code, signal }));
  }

  #becameReady(child: Child): void {
    child.ready = true;
    if (this.#toldReady || this.#stopping || !this.#children.every(({ ready }) => ready)) return;
    this.#toldReady = true;
    clearInterval(this.#waiting);
    this.options.ready();
  }

  #nameTheLate(): void {
    const late = this.#children.filter(({ ready }) => !ready).map(({ service }) => service);
    const seconds = STILL_WAITING_MS / 1000;
    this.options.tell(`Still waiting for ${late.join(', ')} to be ready; ${seconds} s more.`);
  }

  /** A process can hang while it exits: it then serves nobody, and nobody would start it again. */
  #ends(child: Child, exitCode: number): void {
    child.ending = exitCode;
    const { process: ending } = child;
    const limit = setTimeout(() => this.#killTheLate(child), STOP_LIMIT_MS).unref();
    ending?.once('close', () => clearTimeout(limit));
  }

  #died(child: Child, end: { code: number | null; signal: NodeJS.Signals | null }): void {
    delete child.process;
    child.ready = false;
    if (this.#stopping) return this.#endWhenAllAreOver();
    // Whoever hung while it ended was killed, but for what it had said.
    const code = end.code ?? child.ending;
    if (code === EXIT.done || code === EXIT.stopped) return this.#endedAsAsked(child);
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`;
    if (code === EXIT.usage) {
      this.options.tell(`The ${child.service} service cannot run like this; all services stop.`);
      return this.#stop(EXIT.usage);
    }
    if (performance.now() - child.startedMs > HEALTHY_AFTER_MS) child.backOffMs = BACK_OFF_MS_MIN;
    const seconds = child.backOffMs / 1000;
    this.options.tell(
      `The ${child.service} service ended ${how}; it starts again in ${seconds} s.`,
    );
    child.restart = setTimeout(() => this.#launch(child), child.backOffMs);
    child.backOffMs = Math.min(child.backOffMs * 2, BACK_OFF_MS_MAX);
  }

  #endedAsAsked(child: Child): void {
    child.over = true;
    if (!this.#children.every(({ over }) => over)) return;
    clearInterval(this.#waiting);
    this.ended(this.#exitCode);
  }

  #stop(exitCode: number): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#exitCode = exitCode;
    clearInterval(this.#waiting);
    for (const child of this.#children) {
      clearTimeout(child.restart);
      child.process?.kill('SIGTERM');
    }
    const killAll = () => this.#children.forEach((child) => this.#killTheLate(child));
    setTimeout(killAll, STOP_LIMIT_MS).unref();
    this.#endWhenAllAreOver();
  }

  #killTheLate({ service, process: late }: Child): void {
    if (!late) return;
    this.options.tell(
      `The ${service} service did not end within ${STOP_LIMIT_MS} ms; it is killed.`,
    );
    late.kill('SIGKILL');
  }

  #endWhenAllAreOver(): void {
    if (this.#children.some((child) => child.process !== undefined)) return;
    this.ended(this.#exitCode);
  }
}
