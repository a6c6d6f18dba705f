/**
 * Connections between hosts as the services open them: the real choice of ways and of relays, asked for over the real
 * election. What the services do with its answers is repeated here in short, on the virtual clock.
 */
import type { Output } from '@iwanto/consensus';
import { type PeerId, RelayChoice, type Ticket, type Way, WayChoice } from '@iwanto/wire';
import type { Host, Timeless } from './host.js';
import type { Walls } from './walls.js';
import type { Witness, World } from './world.js';

/** The time limits of the services: for a TCP connection, for one that another host opens, for the consent of a relay. */
const CONNECT_LIMIT_MS = 3_000;
const ARRIVAL_LIMIT_MS = 3_000;
const AGREE_LIMIT_MS = 1_000;
/** A handshake on a LAN. */
const CONNECTED_MS = 1;

type Bridge = Omit<Extract<Output, { type: 'bridge' }>, 'type'>;
type Reached = (way: Way | undefined) => void;

/** A connection that others were asked for, until it is there or given up. */
interface Awaited {
  readonly arrive: () => void;
  /** The ends that a relay waits for. */
  readonly ends: Set<Host>;
}

export class Lines implements Witness {
  readonly #awaited = new Map<Ticket, Awaited>();
  /** What each host has been asked already: the same question comes directly and over the leader. */
  readonly #heard = new Set<string>();
  readonly #relays = new Map<Host, RelayChoice>();
  readonly #last = new Map<string, Way>();

  constructor(
    private readonly world: World,
    private readonly walls: Walls,
  ) {}

  after(host: Host, _: Timeless, outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.type !== 'dial' && output.type !== 'bridge') continue;
      const question = `${host.name} ${output.type} ${output.ticket}`;
      if (this.#heard.has(question)) continue;
      this.#heard.add(question);
      // Not within the turn that is under way.
      this.#in(0, () =>
        output.type === 'dial' ? this.#dialBack(host, output) : this.#bridged(host, output),
      );
    }
  }

  /** Tries to connect one host to another, once. */
  reach(from: Host, to: Host, done: Reached): void {
    const pair = `${from.name} ${to.name}`;
    const relays = this.#choiceOf(from);
    const choice = new WayChoice({
      ...{ isReversible: true, relays: relays.relaysTo(to.peer), last: this.#last.get(pair) },
    });
    let isOver = false;
    const end = (way: Way | undefined) => {
      if (isOver) return;
      isOver = true;
      if (way) this.#last.set(pair, way);
      if (way?.kind === 'relayed') relays.worked(to.peer, way.relay);
      done(way);
    };
    const begin = (ways: readonly Way[]) => {
      for (const way of ways) this.#by(way, { from, to }, { arrive: () => end(way), fail });
      const { dueMs } = choice;
      if (dueMs !== undefined)
        this.world.agenda.at(dueMs, () => isOver || begin(choice.tick(this.world.nowMs)));
    };
    const fail = () => {
      if (isOver) return;
      begin(choice.failed(this.world.nowMs));
      if (choice.isOver) end(undefined);
    };
    begin(choice.begin(this.world.nowMs));
  }

  #by(way: Way, { from, to }: Ends, { arrive, fail }: Outcome): void {
    const ticket = this.world.prng.hex(16) as Ticket;
    const line = 'data';
    if (way.kind === 'direct') return this.#dial(from, to, { arrive, fail });
    this.#await(ticket, { arrive, fail });
    if (way.kind === 'reversed')
      return this.world.give(from, { type: 'dial', peer: to.peer, line, ticket });
    this.#choiceOf(from).asked(to.peer, way.relay);
    const bridge = { relay: way.relay, callee: to.peer, caller: from.peer, line, ticket } as const;
    this.world.give(from, { type: 'bridge', ...bridge });
    this.#in(AGREE_LIMIT_MS, () => {
      if (!this.#heard.has(`${from.name} bridge ${ticket}`)) this.#giveUp(ticket, fail);
    });
  }

  #await(ticket: Ticket, { arrive, fail }: Outcome): void {
    this.#awaited.set(ticket, { arrive, ends: new Set() });
    this.#in(ARRIVAL_LIMIT_MS, () => this.#giveUp(ticket, fail));
  }

  #giveUp(ticket: Ticket, fail: () => void): void {
    if (this.#awaited.delete(ticket)) fail();
  }

  #arrived(ticket: Ticket): void {
    const awaited = this.#awaited.get(ticket);
    this.#awaited.delete(ticket);
    awaited?.arrive();
  }

  /** One TCP connection: what is not open refuses, or drops what comes. */
  #dial(from: Host, to: Host, { arrive, fail }: Outcome): void {
    if (this.walls.canDial(from, to)) this.#in(CONNECTED_MS, arrive);
    else this.#in(this.world.prng.chance(0.5) ? CONNECTED_MS : CONNECT_LIMIT_MS, fail);
  }

  #dialBack(host: Host, { peer, ticket }: { peer: PeerId; ticket: Ticket }): void {
    const caller = this.#hostOf(peer);
    if (caller) this.#dial(host, caller, { arrive: () => this.#arrived(ticket), fail: nothing });
  }

  /** The relay agrees, and both ends dial it. */
  #bridged(host: Host, { relay, callee, caller, line, ticket }: Bridge): void {
    if (host.peer === relay)
      return this.world.give(host, { type: 'bridge', relay, callee, caller, line, ticket });
    const third = this.#hostOf(relay);
    if (third) this.#dial(host, third, { arrive: () => this.#met(host, ticket), fail: nothing });
  }

  #met(end: Host, ticket: Ticket): void {
    const ends = this.#awaited.get(ticket)?.ends.add(end);
    if (ends?.size === 2) this.#arrived(ticket);
  }

  #choiceOf(host: Host): RelayChoice {
    const choice =
      this.#relays.get(host) ?? new RelayChoice({ self: host.peer, isBlocked: () => false });
    this.#relays.set(host, choice);
    const { leader, standbys } = host.state;
    choice.followLeadership({ leader, standbys });
    choice.followPeers(
      this.world.hosts
        .filter(({ up }) => up)
        .map(({ peer, card }) => ({ peer, transferPort: card.transferPort, roundTripMs: null })),
    );
    return choice;
  }

  #hostOf(peer: PeerId): Host | undefined {
    return this.world.hosts.find((host) => host.peer === peer);
  }

  #in(ms: number, act: () => void): void {
    this.world.agenda.at(this.world.nowMs + ms, act);
  }
}

interface Ends {
  readonly from: Host;
  readonly to: Host;
}

interface Outcome {
  readonly arrive: () => void;
  readonly fail: () => void;
}

const nothing = () => undefined;
