/** What goes wrong during a soak: each fault lasts some seconds and is then undone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from '@iwanto/peer';
import { codeOf, reasonOf } from '@iwanto/wire';
import type { Lan } from '@iwanto/peer/lan';
import type { SoakPeer } from './soak-peer.js';

/** How long a fault lasts, in ms: most are short, some longer than any time limit between hosts. */
const LASTS_MIN_MS = 500;
const LASTS_MAX_MS = [2_000, 6_000, 20_000];
/** At least this many hosts work at any time: somebody must be there to take over. */
const WELL_MIN = 2;
const LOSS_PERCENT_MAX = 20;

type Undo = () => void;

interface Open {
  /** Undefined if the switch has it. */
  readonly host: SoakPeer | undefined;
  readonly untilMs: number;
  readonly undo: Undo;
}

export class Faults {
  /** Number of faults by kind. */
  readonly counts = new Map<string, number>();
  /** One sentence for each host that could not be started again. */
  readonly wrong: string[] = [];
  #open: Open[] = [];
  readonly #starting = new Set<Promise<void>>();
  readonly #unplugged = new Set<SoakPeer>();

  constructor(
    private readonly lan: Lan,
    private readonly peers: readonly SoakPeer[],
    private readonly dice: Dice,
  ) {}

  /** Injects one, if enough hosts are working. */
  strike(): void {
    const ill = new Set(this.#open.map(({ host }) => host));
    const well = this.peers.filter((peer) => peer.isUp && !ill.has(peer));
    if (well.length <= WELL_MIN) return;
    const host = this.dice.pick(well);
    const onHost = [
      ['service killed', () => this.#killService(host)],
      ['service stopped', () => this.#stopService(host)],
      ['host killed', () => this.#killHost(host)],
      ['host stopped', () => this.#stopHost(host)],
      ['cable pulled', () => this.#unplug(host)],
    ] as const;
    const onSwitch = [
      ['datagrams lost', () => this.#lose()],
      ['network split', () => this.#split()],
    ] as const;
    const isSwitchWell = !ill.has(undefined);
    const [kind, begin] = this.dice.pick([...onHost, ...(isSwitchWell ? onSwitch : [])]);
    const undo = begin();
    if (!undo) return;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const lastsMs = LASTS_MIN_MS + this.dice.below(this.dice.pick(LASTS_MAX_MS));
    const isOnSwitch = onSwitch.some(([name]) => name === kind);
    this.#open.push({
      ...{ host: isOnSwitch ? undefined : host, undo },
      untilMs: performance.now() + lastsMs,
    });
  }

  /** Lets time pass, and undoes the faults that are over. */
  async pass(ms: number): Promise<void> {
    await sleep(ms);
    const nowMs = performance.now();
    this.#undo(({ untilMs }) => untilMs <= nowMs);
  }

  /** Resolves when every host is running again. */
  async undoAll(): Promise<void> {
    this.#undo(() => true);
    await Promise.all(this.#starting);
  }

  #undo(isOver: (open: Open) => boolean): void {
    const over = this.#open.filter(isOver);
    this.#open = this.#open.filter((open) => !over.includes(open));
    for (const { undo } of over) undo();
  }

  /** Its supervisor starts it again. */
  #killService(host: SoakPeer): Undo | undefined {
    const pid = this.#pickProcess(host);
    return pid !== undefined && sent(pid, 'SIGKILL') ? () => undefined : undefined;
  }

  #stopService(host: SoakPeer): Undo | undefined {
    const pid = this.#pickProcess(host);
    if (pid === undefined || !sent(pid, 'SIGSTOP')) return undefined;
    return () => void sent(pid, 'SIGCONT');
  }

  #pickProcess(host: SoakPeer): number | undefined {
    const pids = [...host.processes().values()];
    return pids.length === 0 ? undefined : this.dice.pick(pids);
  }

  #killHost(host: SoakPeer): Undo {
    host.kill();
    return () => {
      const starting = host.start().catch((cause: unknown) => {
        this.wrong.push(`${host.name} does not start again: ${reasonOf(cause)}`);
      });
      this.#starting.add(starting);
      void starting.then(() => this.#starting.delete(starting));
    };
  }

  #stopHost(host: SoakPeer): Undo {
    host.signal('SIGSTOP');
    return () => host.signal('SIGCONT');
  }

  #unplug(host: SoakPeer): Undo {
    this.lan.cut(host.host);
    this.#unplugged.add(host);
    return () => {
      this.#unplugged.delete(host);
      this.lan.plug(host.host);
    };
  }

  #lose(): Undo {
    this.lan.loseUdp(1 + this.dice.below(LOSS_PERCENT_MAX));
    return () => this.#healSwitch();
  }

  #split(): Undo {
    const hosts = this.dice.shuffled(this.peers.map(({ host }) => host));
    const at = 1 + this.dice.below(hosts.length - 1);
    this.lan.split(hosts.slice(0, at), hosts.slice(at));
    return () => this.#healSwitch();
  }

  /** A switch heals as a whole; cables that are pulled stay so. */
  #healSwitch(): void {
    this.lan.heal();
    for (const { host } of this.#unplugged) this.lan.cut(host);
  }
}

/** False if the process has ended meanwhile. */
function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (cause) {
    if (codeOf(cause) === 'ESRCH') return false;
    throw cause;
  }
}
