/** Drives the election: datagrams and time go into the state machine, and its outputs are performed. */
import {
  type ElectionConfig,
  type Input,
  type Output,
  createConsensus,
  deadlineMs,
  step,
} from '@iwanto/consensus';
import {
  type Address,
  type DatagramVerifier,
  type PeerCard,
  type PeerId,
  type SecretSeal,
  listedIn,
  openDatagram,
  readDatagram,
  withOpenSecret,
} from '@iwanto/wire';
import { Gate } from './gate.js';
import { HeardHosts } from './heard.js';
import { asFrom } from './loopback.js';
import type { Incoming } from './network.js';
import { type Counts, type DropReason, newCounts } from './counts.js';
import { PathsOfPeers } from './paths-of-peers.js';
import type { Story } from './story.js';

/** A timer is never set further ahead: what is due later is asked for again. Longer than the periods of beats and PINGs. */
const SLEEP_MS_MAX = 1_250;

export interface ElectionOptions {
  readonly config: ElectionConfig;
  readonly keys: DatagramVerifier & SecretSeal;
  /** Datagrams of another group are ignored; the open LAN's when left out. */
  readonly group?: number;
  /** The only peers that are heard, if not everybody is. */
  readonly pinned?: ReadonlySet<PeerId> | undefined;
  readonly nowMs: () => number;
  /** Performs one output of the state machine. */
  readonly perform: (output: Output) => void;
  /** Logs what comes in, and why it is dropped. */
  readonly story?: Pick<Story, 'heard' | 'dropped'>;
  /** Gets the hosts that members named, so that their datagrams are accepted. */
  readonly acquaint: (address: string) => void;
}

/** What the first input holds beside its time. */
export interface Beginning {
  readonly bornMs: number;
  readonly card: PeerCard;
  readonly staticPeers: readonly Address[];
  readonly remembered: readonly Address[];
}

type Untimed<I> = I extends Input ? Omit<I, 'nowMs'> : never;

export class Election {
  readonly state;
  readonly counts: Counts = newCounts();
  readonly heardHosts = new HeardHosts();
  readonly #gate: Gate;
  readonly #paths = new PathsOfPeers();
  #timer: NodeJS.Timeout | undefined;
  /** What the timer is set for. */
  #dueMs = 0;
  #stopped = false;

  constructor(private readonly options: ElectionOptions) {
    this.state = createConsensus(options.config);
    this.#gate = new Gate(options.nowMs());
  }

  nowMs(): number {
    return this.options.nowMs();
  }

  start(beginning: Beginning): void {
    this.take({ type: 'start', ...beginning });
  }

  /** One input, at this moment. */
  take(input: Untimed<Input>): void {
    if (this.#stopped) return;
    const outputs = step(this.state, { ...input, nowMs: this.options.nowMs() });
    for (const output of outputs) this.options.perform(output);
    this.#sleep();
  }

  /** One datagram: every check of HOSTILE 1-6 in the order of its cost, then the state machine. */
  hear({ bytes, from, multicast, zone }: Incoming): void {
    const now = this.options.nowMs();
    if (!this.#gate.admits(from, now)) return this.drop('rate', from);
    const read = readDatagram(bytes, this.options.group);
    if (!read.ok) {
      if (read.refusal === 'version') this.heardHosts.otherVersion(from, now);
      return this.drop(read.refusal, from);
    }
    const { header } = read.value;
    const { peer, boot } = this.options.config;
    if (header.sender === peer && header.boot === boot) return this.drop('own', from);
    // Before any state is read: in pinned mode nobody else exists (HOSTILE 127).
    if (this.options.pinned?.has(header.sender) === false) return this.drop('outsider', from);
    const opened = openDatagram(read.value, this.options.keys, zone);
    if (!opened.ok) {
      if (opened.refusal !== 'body') this.#gate.failed(from, now);
      return this.drop(opened.refusal, from);
    }
    this.#gate.passed(from, now);
    this.heardHosts.peer(header.sender, from, { multicast, nowMs: now });
    const whole = withOpenSecret(opened.value, this.options.keys);
    if (!whole.ok) return this.drop(whole.refusal, from);
    const message = asFrom(whole.value, from);
    if (!message) return this.drop('body', from);
    this.counts.heard += 1;
    this.options.story?.heard(message, from, multicast);
    // Hosts that a member names may send to us from outside our subnets.
    for (const { address } of listedIn(message)) this.options.acquaint(address.address);
    const path = this.#paths.pathOf(header, from, { multicast, nowMs: now });
    this.take({ type: 'received', message, from: path, multicast });
  }

  /** A datagram was dropped, here or before it came here. */
  drop(why: DropReason, from: Address): void {
    this.counts.dropped[why] += 1;
    this.options.story?.dropped(why, from);
  }

  /** A datagram goes to a host outside this host's subnets: knocks there, after everything that is being sent now. */
  goesOutside(to: Address): void {
    queueMicrotask(() => this.take({ type: 'outside', to }));
  }

  /** This host has no route to that address: peers are answered at another of theirs. */
  noWay(to: Address): void {
    this.#paths.noWay(to, this.options.nowMs());
  }

  /** One line for `iwanto status`. */
  notes(): string[] {
    const { heard, dropped } = this.counts;
    const why = Object.entries(dropped).filter(([reason, count]) => count > 0 && reason !== 'own');
    const list = why.map(([reason, count]) => `${reason} ${count}`).join(', ');
    return [`${heard} datagrams heard${list && `, dropped: ${list}`}`];
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** A timer that is set again although nothing changed would wake the process twice, because Node keeps the first. */
  #sleep(): void {
    const dueMs = deadlineMs(this.state);
    if (this.#stopped || (this.#timer && dueMs === this.#dueMs)) return;
    this.#dueMs = dueMs;
    clearTimeout(this.#timer);
    const sleepMs = Math.max(0, Math.min(dueMs - this.options.nowMs(), SLEEP_MS_MAX));
    // One more: Node counts from when its turn began, so the process would wake too early, and once more after that.
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(sleepMs) + 1);
  }

  #wake(): void {
    this.#timer = undefined;
    this.take({ type: 'tick' });
  }
}
