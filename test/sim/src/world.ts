/** N hosts on one network in virtual time; a witness sees every turn. */
import type { Output, ReceivedInput } from '@iwanto/consensus';
import {
  type Address,
  type ElectionMessage,
  type ElectionMessageType,
  listedIn,
  rowOf,
} from '@iwanto/wire';
import { Agenda } from './agenda.js';
import { Host, type Timeless } from './host.js';
import { type Link, Network } from './network.js';
import { type Prng, prng } from './prng.js';
import { Processors } from './processors.js';

export interface WorldOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly link: Link;
  /** Share of crashes that the others notice by their broken TCP line. */
  readonly hints: boolean;
}

/** Sees each turn of each host, before and after. */
export interface Witness {
  before?(host: Host, input: Timeless): void;
  after?(host: Host, input: Timeless, outputs: readonly Output[]): void;
  /** A pause begins. */
  paused?(host: Host, forMs: number): void;
}

/** How long a broken TCP line takes to be noticed. */
const HINT_MS = 5;
/** What a socket buffers for a suspended process. */
const INBOX_MAX = 400;
/** Recorded datagrams, for replays. */
const RECORD_MAX = 300;

interface Recorded {
  readonly message: ElectionMessage;
  readonly from: Address;
}

export class World {
  readonly agenda = new Agenda();
  readonly prng: Prng;
  readonly network: Network;
  readonly hosts: Host[];
  readonly witnesses: Witness[] = [];
  readonly recorded: Recorded[] = [];
  /** Set by a witness to stop the run. */
  failure: string | null = null;
  sent = 0;
  events = 0;
  readonly #byAddress = new Map<string, Host>();
  readonly #processors: Processors | undefined;

  constructor(readonly options: WorldOptions) {
    this.prng = prng(options.seed);
    this.network = new Network(options.link, options.hosts, this.prng);
    this.hosts = Array.from({ length: options.hosts }, (_, index) => new Host(index, this.prng));
    const { processors } = options.link;
    this.#processors = processors && new Processors(this.agenda, processors, options.hosts);
    for (const host of this.hosts) this.#byAddress.set(host.address.address, host);
  }

  get nowMs(): number {
    return this.agenda.nowMs;
  }

  host(index: number): Host {
    const host = this.hosts[index];
    if (host === undefined) throw new Error(`no host ${index}`);
    return host;
  }

  run(untilMs: number): void {
    this.agenda.run(untilMs, () => this.failure === null);
  }

  fail(sentence: string): void {
    this.failure ??= sentence;
  }

  start(index: number, newId = false): void {
    const host = this.host(index);
    if (host.up) return;
    this.#turn(host, { type: 'start' } as Timeless, () => host.start(this.nowMs, newId));
    if (host.catalogue !== null)
      this.give(host, { type: 'catalogueChanged', catalogue: host.catalogue });
  }

  /** The user of a host gives the addresses of others; they are kept across its restarts. */
  addPeers(index: number, knows: readonly number[]): void {
    const host = this.host(index);
    host.staticPeers = [...host.staticPeers, ...knows.map((each) => this.host(each).address)];
    for (const { address } of host.staticPeers) host.door.acquaint(address);
    this.give(host, { type: 'staticPeersChanged', addresses: host.staticPeers });
  }

  /** The process dies immediately; those that follow it may see their line break. */
  crash(index: number): void {
    const host = this.host(index);
    if (!host.up) return;
    host.up = false;
    if (!this.options.hints) return;
    for (const other of this.hosts)
      if (
        other.up &&
        other.state.leader?.peer === host.peer &&
        !this.network.isCut(index, other.index)
      )
        this.agenda.at(this.nowMs + HINT_MS, () => this.#hint(other, host));
  }

  #hint(host: Host, lost: Host): void {
    this.give(host, { type: 'hint', leader: lost.peer });
  }

  pause(index: number, forMs: number): void {
    const host = this.host(index);
    if (!host.up) return;
    host.pausedUntilMs = Math.max(host.pausedUntilMs, this.nowMs + forMs);
    const until = host.pausedUntilMs;
    for (const witness of this.witnesses) witness.paused?.(host, until - this.nowMs);
    this.agenda.at(until, () => {
      if (host.up && host.pausedUntilMs === until) this.#resume(host);
    });
  }

  #resume(host: Host): void {
    host.pausedUntilMs = 0;
    const inbox = host.inbox.splice(0);
    if (this.prng.chance(0.5)) this.give(host, { type: 'tick' });
    for (const input of inbox) this.give(host, input);
    this.give(host, { type: 'tick' });
  }

  /** Gives an input to a host: immediately, or once it runs again. */
  give(host: Host, input: Timeless): void {
    if (!host.up) return;
    if (host.pausedUntilMs > 0) {
      if (input.type !== 'tick' && host.inbox.length < INBOX_MAX) host.inbox.push(input);
      return;
    }
    this.#turn(host, input, () => host.input(this.nowMs, input));
  }

  #turn(host: Host, input: Timeless, act: () => Output[]): void {
    this.events += 1;
    for (const witness of this.witnesses) witness.before?.(host, input);
    const outputs = act();
    for (const output of outputs) this.#perform(host, output);
    this.#processors?.spend(host.index, outputs.filter(isDatagram).length);
    for (const witness of this.witnesses) witness.after?.(host, input, outputs);
    this.#planTick(host);
  }

  #planTick(host: Host): void {
    const dueMs = host.dueMs;
    if (dueMs === Infinity) return;
    const state = host.state;
    const tick = () => {
      if (host.up && host.state === state && host.dueMs <= this.nowMs)
        this.give(host, { type: 'tick' });
    };
    this.agenda.at(dueMs, () => {
      if (this.#processors) this.#processors.tick(host.index, tick);
      else tick();
    });
  }

  #perform(host: Host, output: Output): void {
    switch (output.type) {
      case 'send':
        this.#unicast(host, output.to, output.message);
        return;
      case 'multicast':
        this.sent += 1;
        this.#record(host, output.message);
        for (const other of this.hosts)
          if (other !== host) this.#carry(host, other, output.message, true);
        return;
      case 'remember':
        host.remembered = output.addresses;
        return;
      case 'acquaint': {
        const waiting = host.door.opened(output.address);
        if (waiting !== undefined) this.#unicast(host, output.address, waiting);
        return;
      }
      case 'left':
        host.up = false;
        return;
      default:
        return;
    }
  }

  #unicast(host: Host, to: Address, message: ElectionMessage): void {
    this.sent += 1;
    this.#record(host, message);
    const other = this.#byAddress.get(to.address);
    if (other === undefined || other === host) return;
    this.#carry(host, other, message, false);
    if (this.network.isNear(host.index, other.index) || isFirstContact(message)) return;
    if (host.door.mustKnock(to, message, this.nowMs))
      this.agenda.at(this.nowMs, () => this.give(host, { type: 'outside', to }));
  }

  #record(host: Host, message: ElectionMessage): void {
    const item = { message, from: host.address };
    if (this.recorded.length < RECORD_MAX) this.recorded.push(item);
    else if (this.prng.chance(0.05)) this.recorded[this.prng.below(RECORD_MAX)] = item;
  }

  #carry(from: Host, to: Host, message: ElectionMessage, multicast: boolean): void {
    const input = { type: 'received', message, from: from.address, multicast } as const;
    for (const delayMs of this.network.delays(from.index, to.index, multicast, this.nowMs)) {
      const take = () => {
        if (this.#isLetIn(from, to, input)) this.give(to, input);
      };
      this.agenda.at(this.nowMs + delayMs, () => {
        if (this.#processors) this.#processors.receive(to.index, take);
        else take();
      });
    }
  }

  /** As the sockets do: what comes from another subnet is filtered by the door first. */
  #isLetIn(from: Host, to: Host, { message, multicast }: Arriving): boolean {
    const isNear = this.network.isNear(from.index, to.index);
    const arrival = { isFirstContact: isFirstContact(message), multicast };
    if (!isNear && !to.door.admits(from.address.address, arrival, this.nowMs)) return false;
    for (const { address } of listedIn(message)) to.door.acquaint(address.address);
    return true;
  }

  /** Sends a recorded datagram again, to everybody or to one. */
  replay(which: number | ElectionMessageType, target: number | null): void {
    const item =
      typeof which === 'number'
        ? this.recorded[which % Math.max(1, this.recorded.length)]
        : this.recorded.find((each) => each.message.type === which);
    if (item === undefined) return;
    const input = { type: 'received', ...item, multicast: target === null } as const;
    for (const host of target === null ? this.hosts : [this.host(target)]) this.give(host, input);
  }
}

/** What the filter at a host looks at. */
type Arriving = Pick<ReceivedInput, 'message' | 'multicast'>;

const isDatagram = ({ type }: Output) => type === 'send' || type === 'multicast';

const isFirstContact = (message: ElectionMessage): boolean =>
  rowOf(message).isFirstContact === true;
