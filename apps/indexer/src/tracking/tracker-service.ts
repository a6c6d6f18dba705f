/** Wires everything of the indexer that communicates with other hosts: desk, lines, announcers and peer verbs. */
import {
  type CurveKeys,
  DialTickets,
  type Handlers,
  type KnownPeer,
  type Leadership,
  type ServiceBus,
  type VerbsOf,
  answerHere,
  servePeerVerbs,
  dialPort,
  lookRegularly,
} from '@iwanto/bus';
import { PeerWays, answerDials } from '@iwanto/service';
import { type PeerId, type PeerVerbs, peerVerbs } from '@iwanto/wire';
import type { CatalogueLog } from './announce.js';
import { Announcers } from './announcers.js';
import { type GroupTools, type OpenGroups, openGroups } from '../groups/open-groups.js';
import { LeaderCheck } from './leader-check.js';
import { LeaderLine } from './leader-line.js';
import type { LeftOptions } from './left-peers.js';
import { localVerbs } from './local-verbs.js';
import { added } from '../peer-verbs/added.js';
import { announce } from '../peer-verbs/announce.js';
import { announced } from '../peer-verbs/announced.js';
import { CheckupDesk } from '../checkup/checkup-desk.js';
import { checkup } from '../peer-verbs/checkup.js';
import { book as bookForPeers } from '../peer-verbs/book.js';
import { group } from '../peer-verbs/group.js';
import { holders as holdersForPeers } from '../peer-verbs/holders.js';
import { type Listing, list } from '../peer-verbs/list.js';
import { type Owning, own } from '../peer-verbs/own.js';
import { locate as locateForPeers } from '../peer-verbs/locate.js';
import { search as searchForPeers } from '../peer-verbs/search.js';
import { TrackerDesk } from './tracker-desk.js';
import type { Signer } from './tracker-signature.js';

export interface TrackingOptions {
  readonly bus: Pick<ServiceBus<'indexer'>, 'call' | 'follow' | 'publish' | 'subscribe'>;
  /** The version of this program, as announced to peers. */
  readonly version: string;
  readonly identity: Signer & { readonly curve: CurveKeys };
  readonly catalogue: CatalogueLog & Listing & Owning;
  /** The preferred TCP port for other hosts; the next free one is taken. */
  readonly port: number;
  /** Addresses to listen on, which may change; all when left out. */
  readonly addresses?: () => readonly string[];
  /** How peers that left are remembered; not at all if this is left out. */
  readonly left?: LeftOptions;
  /** What is shared with groups, and how their members are asked. */
  readonly groups?: GroupTools;
  /** Peers that are not asked, and those asked first. */
  readonly isBlocked?: (peer: PeerId) => boolean;
  readonly isTrusted?: (peer: PeerId) => boolean;
  readonly onTrouble: (sentence: string) => void;
  /** Given one sentence per peer that becomes searchable here or no longer is. */
  readonly onInfo?: (sentence: string) => void;
  /** Given one sentence per announcement, which is often. */
  readonly onNote?: (sentence: string) => void;
}

/** What the rest of the indexer needs of the tracker side. */
export interface Tracking {
  /** The TCP port other hosts reach. */
  readonly port: number;
  readonly handlers: Pick<
    Handlers<VerbsOf<'indexer'>>,
    'search' | 'locate' | 'book' | 'holders' | 'findable.get' | 'peer.list' | 'peer.check'
  >;
  /** Trackers that cannot be dialled, and the way that leads to them. */
  troubles(): string[];
  /** Asks the leader's tracker, or the standby's. */
  readonly ask: LeaderLine['ask'];
  /** Asks members of this host's groups what they share with them. */
  readonly askGroups: OpenGroups['search'];
  /** To be called after each new revision of the catalogue. */
  catalogueChanged(): void;
  /** Other peers are blocked now: nothing more goes to those. */
  trustChanged(): void;
  /** How many entries of the catalogue a tracker has no space for. */
  leftOut(): number;
  close(): Promise<void>;
}

/** Serves the peer verbs and keeps leader and first standby in step with the catalogue, until closed. */
export async function startTracking(options: TrackingOptions): Promise<Tracking> {
  const tickets = new DialTickets();
  const service = new TrackerService(options, openWays(options, tickets));
  const server = await servePeerVerbs({
    ...{ tickets, keys: options.identity.curve, port: options.port },
    ...(options.addresses && { addresses: options.addresses }),
    handlers: service.peerHandlers,
    onTrouble: options.onTrouble,
  });
  const groups = openGroups(options, service);
  const stopFollowing = service.follow();
  const stopAnswering = answerDials(options.bus, {
    lines: ['indexer'],
    isBlocked: (peer) => options.isBlocked?.(peer) === true,
    dialBack: (asked) => server.dialBack(asked),
    onNote: (sentence) => options.onNote?.(sentence),
  });
  return {
    port: server.port,
    handlers: groups.joined(service.handlers()),
    troubles: () => service.troubles(),
    ask: (verb, question) => service.ask(verb, question),
    askGroups: groups.search,
    catalogueChanged: () => service.catalogueChanged(),
    trustChanged: () => service.trustChanged(),
    leftOut: () => service.leftOut,
    close: async () => {
      stopAnswering();
      stopFollowing();
      groups.close();
      service.close();
      await server.close();
    },
  };
}

const nowMs = () => performance.now();

const openWays = ({ bus, identity, isBlocked, onTrouble }: TrackingOptions, tickets: DialTickets) =>
  new PeerWays({
    ...{ bus, tickets, self: identity.peer, onTrouble },
    isBlocked: (peer) => isBlocked?.(peer) === true,
  });

class TrackerService {
  /** The one table of verbs that are answered to a peer, whether another one or this host itself. */
  readonly peerHandlers: Handlers<PeerVerbs>;
  readonly #desk: TrackerDesk;
  readonly #leaderLine: LeaderLine;
  readonly #announcers: Announcers;
  #leadership: Leadership | undefined;
  readonly #known = new Map<PeerId, KnownPeer>();
  readonly #checkups: CheckupDesk;
  readonly #leaderCheck: LeaderCheck;
  readonly #stopTidying: () => void;

  constructor(
    private readonly options: TrackingOptions,
    readonly ways: PeerWays,
  ) {
    const { peer, curve } = options.identity;
    this.#desk = new TrackerDesk({
      ...{ peer, nowMs, onInfo: (line) => options.onInfo?.(line) },
      ...(options.left && { left: options.left }),
    });
    this.#leaderLine = new LeaderLine({
      peer,
      keys: curve,
      isBlocked: (other) => this.#isBlocked(other),
      isTrusted: (other) => options.isTrusted?.(other) === true,
      ...{ detoursTo: ways.detoursTo, onWay: ways.note },
      ownAnswer: (verb, question) =>
        answerHere({ table: peerVerbs, handlers: this.peerHandlers }, verb, question),
      onLeaderLost: ({ peer: leader, curveKey }) =>
        options.bus.publish('leaderLine.lost', { leader, curveKey }),
      onBadAnswer: (tracker, reason) =>
        options.onTrouble(
          `${tracker} gave an answer that no tracker gives, so the other one is asked: ${reason}`,
        ),
      onLost: (tracker) => this.#announcers.to(tracker)?.unsure(),
    });
    this.#announcers = new Announcers({
      ...{ nowMs, desk: this.#desk, line: this.#leaderLine },
      identity: options.identity,
      catalogue: options.catalogue,
      onTrouble: options.onTrouble,
      onNote: (sentence) => options.onNote?.(sentence),
    });
    this.#leaderCheck = new LeaderCheck({
      self: peer,
      line: this.#leaderLine,
      content: async (leader) => this.#announcers.to(leader)?.oneTold(Math.random),
      onTrouble: options.onTrouble,
    });
    this.#checkups = new CheckupDesk({
      version: options.version,
      dial: dialPort,
      nowMs,
      wallClockMs: Date.now,
      bus: options.bus,
      known: (id) => this.#known.get(id),
    });
    this.peerHandlers = this.#answers();
    // Forgets strangers and catalogues that are not needed any more.
    this.#stopTidying = lookRegularly(() => this.#desk.tidy());
  }

  #answers(): Handlers<PeerVerbs> {
    const desk = this.#desk;
    return {
      announce: announce(desk, (peer) => this.#isBlocked(peer), this.options.onTrouble),
      announced: announced(desk),
      search: searchForPeers(desk),
      locate: locateForPeers(desk),
      book: bookForPeers(desk),
      checkup: checkup(this.#checkups),
      holders: holdersForPeers(desk),
      list: list(this.options.catalogue),
      own: own(this.options.catalogue),
      group: group(this.options.groups, this.options.identity.curve.publicKey),
      added: added(desk),
    };
  }

  handlers(): Tracking['handlers'] {
    const { bus, catalogue, identity, isTrusted } = this.options;
    return localVerbs({
      ...{ bus, self: identity.peer, keys: identity.curve, catalogue, ways: this.ways },
      ...{ line: this.#leaderLine, leaderCheck: this.#leaderCheck },
      isTrusted: (peer) => isTrusted?.(peer) === true,
      isBlocked: (peer) => this.#isBlocked(peer),
      knownHere: (peer) => this.knownHere(peer),
      members: () => this.members(),
    });
  }

  knownHere(peer: PeerId): KnownPeer | undefined {
    return this.#isBlocked(peer) ? undefined : this.#known.get(peer);
  }

  members(): KnownPeer[] {
    return [...this.#known.values()].filter((known) => !this.#isBlocked(known.peer));
  }

  #isBlocked(peer: PeerId): boolean {
    return this.options.isBlocked?.(peer) === true;
  }

  get ask(): LeaderLine['ask'] {
    return (verb, question) => this.#leaderLine.ask(verb, question);
  }

  troubles(): string[] {
    return this.ways.seen.troubles();
  }

  follow(): () => void {
    const { bus } = this.options;
    const stopLeader = bus.follow('leader.changed', (body) => this.#followLeadership(body));
    const stopPeers = bus.follow('peers.changed', ({ peers }) => this.#followPeers(peers));
    return () => {
      stopLeader();
      stopPeers();
    };
  }

  catalogueChanged(): void {
    this.#announcers.changed();
  }

  trustChanged(): void {
    if (this.#leadership) this.#followLeadership(this.#leadership);
  }

  get leftOut(): number {
    return this.#announcers.leftOut;
  }

  close(): void {
    this.#stopTidying();
    this.#leaderCheck.close();
    this.ways.close();
    this.#announcers.stop();
    this.#leaderLine.close();
    this.#desk.close();
  }

  #followPeers(peers: readonly KnownPeer[]): void {
    this.#known.clear();
    for (const known of peers) this.#known.set(known.peer, known);
    this.#desk.followPeers(peers);
  }

  #followLeadership(leadership: Leadership): void {
    this.#leadership = leadership;
    this.#desk.followLeadership(leadership);
    this.#leaderLine.follow(leadership);
    this.#announcers.follow();
  }
}
