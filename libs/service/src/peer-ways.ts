/** The ways to other peers: how a service asks peers that cannot be dialled to dial, and others to relay. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bus,
  type Detours,
  type DialAsked,
  type DialTickets,
  type KnownPeer,
  dialPort,
} from '@iwanto/bus';
import {
  type DialledLine,
  Failure,
  type PeerId,
  RelayChoice,
  type RelayChoiceOptions,
  TICKET_BYTES,
  type Ticket,
  type Way,
  safeText,
} from '@iwanto/wire';
import { type Dialled, Ways, type WaysOptions } from './ways.js';

/** How long a relay may take to agree, in ms: two datagrams on a LAN. */
const AGREE_LIMIT_MS = 1_000;
/** Relays that are asked at the same time. */
const AWAITED_MAX = 256;

export interface PeerWaysOptions extends RelayChoiceOptions, Pick<WaysOptions, 'onTrouble'> {
  readonly bus: Pick<Bus, 'call' | 'follow' | 'subscribe'>;
  readonly tickets: DialTickets;
}

export class PeerWays {
  readonly seen: Ways;
  readonly #choice: RelayChoice;
  readonly #peers = new Map<PeerId, KnownPeer>();
  readonly #awaited = new Map<Ticket, (agreed: DialAsked) => void>();
  readonly #stops: (() => void)[];

  constructor(private readonly options: PeerWaysOptions) {
    const { bus } = options;
    this.#choice = new RelayChoice(options);
    this.seen = new Ways({
      ...options,
      dial: dialPort,
      pause: (ms) => sleep(ms, undefined, { ref: false }),
      isHere: (peer) => this.#peers.has(peer),
      nameOf: (peer) => safeText(this.#peers.get(peer)?.name ?? peer),
    });
    this.#stops = [
      bus.follow('peers.changed', ({ peers }) => this.#follow(peers)),
      bus.follow('leader.changed', (leadership) => this.#choice.followLeadership(leadership)),
      bus.subscribe('relay.agreed', ({ ticket, address, port }) =>
        this.#awaited.get(ticket)?.({ ticket, address, port, isRelay: true }),
      ),
    ];
  }

  /** What helps to reach a peer that cannot be dialled. */
  readonly detoursTo = (peer: PeerId): Detours => ({
    reversed: (line) => {
      const { ticket, arrived } = this.options.tickets.expect();
      // Without an election nobody is asked, and the time limit ends the wait.
      this.options.bus.call('line.ask', { peer, line, ticket }).catch(() => undefined);
      return arrived;
    },
    relays: () => this.#choice.relaysTo(peer),
    relayed: (line, relay) => this.#askRelay(peer, line, relay),
  });

  /** A connection was made by that way, or by none; a relay that led to a peer is asked first from then on. */
  readonly note = (dialled: Dialled, way: Way | undefined): void => {
    this.seen.note(dialled, way);
    if (way?.kind === 'relayed') this.#choice.worked(dialled.peer, way.relay);
  };

  close(): void {
    for (const stop of this.#stops) stop();
    // Nobody is here any more: a judgement that is under way says nothing.
    this.#peers.clear();
  }

  #follow(peers: readonly KnownPeer[]): void {
    this.#peers.clear();
    for (const known of peers) this.#peers.set(known.peer, known);
    this.#choice.followPeers(peers);
  }

  #askRelay(callee: PeerId, line: DialledLine, relay: PeerId): Promise<DialAsked> {
    const ticket = randomBytes(TICKET_BYTES).toString('hex') as Ticket;
    this.#choice.asked(callee, relay);
    return new Promise((resolve, reject) => {
      const refuse = () => {
        this.#awaited.delete(ticket);
        reject(new Failure('E_TIMEOUT', `${relay} does not relay to ${callee}.`));
      };
      if (this.#awaited.size >= AWAITED_MAX) return refuse();
      const timer = setTimeout(refuse, AGREE_LIMIT_MS);
      this.#awaited.set(ticket, (agreed) => {
        clearTimeout(timer);
        this.#awaited.delete(ticket);
        resolve(agreed);
      });
      this.options.bus.call('relay.ask', { callee, relay, line, ticket }).catch(() => undefined);
    });
  }
}
