/** A peer of the soak: its folders, its processes, and what it says. */
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Bus, SERVICES, type ServiceName, openBus } from '@iwanto/bus';
import { Peer } from '@iwanto/peer';
import type { LanHost } from '@iwanto/peer/lan';
import { processesOf, signalAll } from '../processes.js';

/** Lines of a log that report a fault of the program itself. */
const BROKEN = /unhandled rejection|uncaught exception|not clean/;
/** A service that ended without having been killed. */
const ENDED =
  /service (ended (?!by SIGKILL)|cannot run|could not be started)|Assertion failed|FATAL ERROR|terminate called/;
/** Generous: many start at the same time, while others work. */
const READY_LIMIT_MS = 90_000;
const LINE_CHARACTERS_MAX = 400;

export class SoakPeer {
  readonly peer: Peer;
  readonly share: string;
  readonly fetched: string;
  readonly home: string;
  bus!: Bus;
  isUp = false;

  constructor(
    readonly host: LanHost,
    root: string,
  ) {
    this.home = join(root, 'home');
    this.share = join(root, 'shared');
    this.fetched = join(root, 'fetched');
    this.peer = new Peer(this.home, { host, readyLimitMs: READY_LIMIT_MS });
  }

  get name(): string {
    return `host ${this.host.number}`;
  }

  async start(): Promise<void> {
    mkdirSync(this.fetched, { recursive: true });
    await this.peer.start('--share', this.share, '--download-dir', this.fetched);
    this.isUp = true;
    this.bus ??= await openBus({ runDir: join(this.home, 'run') });
  }

  /** The power goes off. */
  kill(): void {
    this.peer.kill();
    this.isUp = false;
  }

  async remove(): Promise<void> {
    this.signal('SIGCONT');
    this.kill();
    await this.bus?.close();
  }

  /** Its running services, including suspended ones. */
  processes(): Map<ServiceName, number> {
    const found = new Map<ServiceName, number>();
    for (const { pid, words } of processesOf(this.home)) {
      const service = SERVICES.find((one) => words.includes(`/apps/${one}/dist/main.js`));
      if (service) found.set(service, pid);
    }
    return found;
  }

  /** Signals everything that runs here, including the supervisor and commands. */
  signal(signal: NodeJS.Signals): void {
    signalAll(this.home, signal);
  }

  /** Reports in its logs and of its supervisor of what must never happen. */
  troubles(): string[] {
    const logs = join(this.home, 'logs');
    const lines = readdirSync(logs)
      .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n'))
      .filter((line) => BROKEN.test(line));
    return [...lines, ...this.peer.said.filter((line) => ENDED.test(line))].map(
      (line) => `${this.name}: ${line.slice(0, LINE_CHARACTERS_MAX)}`,
    );
  }

  /** Removes what was fetched and checked. */
  forget(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }
}
