/** One simulated host: the real state machine, and what survives its restarts. */
import {
  Door,
  type Input,
  type Output,
  type State,
  createConsensus,
  deadlineMs,
  step,
} from '@iwanto/consensus';
import type {
  Address,
  BootId,
  CatalogueMark,
  ElectionMessage,
  PeerCard,
  PeerId,
  PublicKey,
} from '@iwanto/wire';
import { type Prng, mixHash } from './prng.js';

/** An input without its time, which the host adds from its own clock. */
export type Timeless = Input extends infer I ? (I extends Input ? Omit<I, 'nowMs'> : never) : never;

/** Wall clock of simulated time zero. */
const EPOCH_MS = 1_700_000_000_000;

export const nameOf = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : `h${index}`;

export class Host {
  readonly name: string;
  peer: PeerId;
  boot: BootId;
  readonly address: Address;
  state: State;
  up = false;
  /** Wall clock error. */
  skewMs = 0;
  pausedUntilMs = 0;
  remembered: readonly Address[] = [];
  staticPeers: readonly Address[] = [];
  catalogue: CatalogueMark | null = null;
  /** What arrived while it was suspended. */
  inbox: Timeless[] = [];
  bootedAtMs = 0;
  /** The filter between its sockets and the state machine. */
  door = new Door<ElectionMessage>();

  constructor(
    readonly index: number,
    private readonly prng: Prng,
  ) {
    this.name = nameOf(index);
    this.peer = prng.hex(10) as PeerId;
    this.boot = prng.hex(8) as BootId;
    this.address = { address: `10.0.${index >> 8}.${index & 255}`, port: 7_700 };
    this.state = this.#fresh();
  }

  get card(): PeerCard {
    return {
      electionPort: this.address.port,
      indexerPort: 7_701,
      transferPort: 7_702,
      curveKey: (this.peer + this.peer + this.peer).padEnd(64, '0').slice(0, 64) as PublicKey,
      name: this.name,
    };
  }

  #fresh(): State {
    const { prng } = this;
    return createConsensus({
      peer: this.peer,
      boot: this.boot,
      random: prng.unit,
      randomBytes: prng.bytes,
      hmac: mixHash,
    });
  }

  /** A new process; `newId` as on another disk. */
  start(nowMs: number, newId: boolean): Output[] {
    if (newId) this.peer = this.prng.hex(10) as PeerId;
    this.boot = this.prng.hex(8) as BootId;
    this.state = this.#fresh();
    this.up = true;
    this.inbox = [];
    this.pausedUntilMs = 0;
    this.bootedAtMs = nowMs;
    this.door = new Door();
    for (const { address } of [...this.staticPeers, ...this.remembered])
      this.door.acquaint(address);
    return this.input(nowMs, {
      type: 'start',
      bornMs: Math.round(EPOCH_MS + nowMs + this.skewMs),
      card: this.card,
      staticPeers: this.staticPeers,
      remembered: this.remembered,
    });
  }

  input(nowMs: number, input: Timeless): Output[] {
    return step(this.state, { ...input, nowMs });
  }

  /** When its next tick is due, in simulated time. */
  get dueMs(): number {
    return this.up ? deadlineMs(this.state) : Infinity;
  }
}
