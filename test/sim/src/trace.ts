/** A run as readable lines: who becomes what when, and on request every datagram. */
import { type Output, phaseOf, type State } from '@iwanto/consensus';
import type { Host, Timeless } from './host.js';
import type { Witness, World } from './world.js';

/** The state of a host, in one line. */
export function standing(world: World, state: State): string {
  const leader = world.hosts.find((host) => host.peer === state.leader?.peer);
  const of = leader === undefined ? '' : ` ${leader.name}`;
  const phase = phaseOf(state);
  switch (phase) {
    case 'following':
    case 'suspecting':
    case 'claiming':
      return `${phase}${of}, epoch ${state.epoch}`;
    case 'leading':
    case 'suspended':
      return `${phase}, epoch ${state.epoch}`;
    default:
      return phase;
  }
}

export class Trace implements Witness {
  readonly #last = new Map<Host, string>();

  constructor(
    private readonly world: World,
    private readonly print: (line: string) => void,
    private readonly datagrams: boolean,
  ) {}

  line(text: string): void {
    this.print(`${this.world.nowMs.toFixed(1).padStart(9)}  ${text}`);
  }

  before(host: Host, input: Timeless): void {
    if (!this.datagrams || input.type !== 'received') return;
    const from = this.world.hosts.find((each) => each.peer === input.message.sender);
    this.line(`  ${host.name} <- ${from?.name ?? '?'} ${words(input.message)}`);
  }

  after(host: Host, _: Timeless, outputs: readonly Output[]): void {
    const now = standing(this.world, host.state);
    if (this.#last.get(host) !== now) this.line(`${host.name} is ${now}`);
    this.#last.set(host, now);
    if (this.datagrams) for (const output of outputs) this.#told(host, output);
  }

  #told(host: Host, output: Output): void {
    if (output.type === 'log') this.line(`  ${host.name} says: ${output.sentence}`);
  }
}

/** A message without the common header. */
function words(message: { type: string; epoch: number; seq: number }): string {
  const { type, epoch, seq, ...rest } = message;
  const shown = Object.entries(rest)
    .filter(([key]) => !['sender', 'boot', 'card', 'secret', 'proof', 'nonce'].includes(key))
    .map(([key, value]) => `${key}=${brief(value)}`);
  return `${type} e${epoch} #${seq} ${shown.join(' ')}`;
}

function brief(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const { epoch, rank, lost } = value as { epoch?: number; rank?: number; lost?: boolean };
  return epoch === undefined ? '{}' : `{e${epoch} r${rank} ${lost ? 'lost' : ''}}`;
}

/** For crowds: how many are in each state, whenever a quarter of a second changed it. */
export class CountTrace implements Witness {
  readonly #standings = new Map<Host, string>();
  #toldMs = 0;
  #told = '';

  constructor(
    private readonly world: World,
    private readonly print: (line: string) => void,
  ) {}

  after(host: Host): void {
    this.#standings.set(host, host.up ? phaseOf(host.state) : 'down');
    const { nowMs } = this.world;
    if (nowMs - this.#toldMs < 250) return;
    this.#toldMs = nowMs;
    const counts = new Map<string, number>();
    for (const phase of this.#standings.values()) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    const text = [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([phase, n]) => `${n} ${phase}`);
    if (text.join(', ') === this.#told) return;
    this.#told = text.join(', ');
    this.print(`${nowMs.toFixed(0).padStart(9)}  ${this.#told}`);
  }
}
