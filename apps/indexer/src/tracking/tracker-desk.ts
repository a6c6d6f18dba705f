/** The tracker as this host runs it: peers announce to it, and the election decides which of them stay. */
import { randomInt } from 'node:crypto';
import { type KnownPeer, type Leadership, inTurns } from '@iwanto/bus';
import { Tracker } from '@iwanto/tracker';
import type { Held, PeerLine } from '@iwanto/tracker';
import { Additions } from './additions.js';
import { type LeftOptions, LeftPeers } from './left-peers.js';
import { OneAtATime } from './one-at-a-time.js';
import { PartialHolders } from './partial-holders.js';
import {
  type AddedAnswer,
  type Announcement,
  type AnswerOf,
  Failure,
  HOLDERS_MAX,
  type Holder,
  type HoldersQuestion,
  type LocateAnswer,
  OTHER_CLAIMS_MAX,
  OTHER_HOLDERS_MAX,
  type PeerId,
  type PeerVerbs,
  type SearchAnswer,
  type SearchQuestion,
  type WorkTurns,
  spreadOverPlaces,
} from '@iwanto/wire';
import { answerSearch } from './tracker-answer.js';
import { WarmUp } from './warm-up.js';

/**
 * How long what a peer announced is kept after the election last knew it as a member, in ms:
 * it may only have been admitted again.
 */
export const STRANGER_LIMIT_MS = 10_000;
/** How long a peer that is neither leader nor standby keeps what was announced to it, in ms: roles flap. */
export const RELEASE_AFTER_MS = 30_000;

export interface TrackerDeskOptions {
  readonly peer: PeerId;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  /** How peers that left are remembered; not at all if this is left out. */
  readonly left?: LeftOptions;
  /** Given one sentence per peer that becomes searchable or no longer is. */
  readonly onInfo?: (sentence: string) => void;
}

/** Work between two checks of the clock, counted in names, and how long one slice may take, in ms. */
const TEND_STEPS = 50;
const TEND_SLICE_MS = 4;

const NOTHING_REMEMBERED: LeftOptions = { dateMs: () => 0, keepMs: () => 0 };

/** Answers from the book of this host, whether it is leader or standby, or is about to be. */
export class TrackerDesk {
  readonly #tracker = new Tracker({ seed: randomInt(2 ** 32) });
  readonly #additions = new Additions();
  readonly #partial = new PartialHolders();
  readonly #peers = new Map<PeerId, KnownPeer>();
  readonly #left: LeftPeers;
  #leadership: Leadership | undefined;
  #uselessSinceMs: number | undefined;
  #tending: NodeJS.Immediate | undefined;
  #isClosed = false;
  readonly #work = new OneAtATime();
  readonly #warmUp = new WarmUp(this.#tracker, this.#work);

  constructor(private readonly options: TrackerDeskOptions) {
    this.#left = new LeftPeers(this.#tracker, this.#work, options.left ?? NOTHING_REMEMBERED);
  }

  /** True while other peers may ask this host: it leads or is the first to take over. */
  get serves(): boolean {
    return this.leads || this.isFirstStandby;
  }

  get leads(): boolean {
    return this.#leadership?.leader?.peer === this.options.peer;
  }

  get isFirstStandby(): boolean {
    return this.#leadership?.standbys[0]?.peer === this.options.peer;
  }

  /** Applies an announcement in turns, after what was begun before. */
  apply(announcement: Announcement): WorkTurns<Held> {
    return this.#work.run(this.#apply(announcement));
  }

  *#apply(announcement: Announcement): WorkTurns<Held> {
    this.#additions.note(announcement.entries);
    const { peer, catalogId, since, revision, entries } = announcement;
    const before = this.#tracker.held(peer);
    const whole = entries.filter(({ partial }) => !partial);
    const gone = [...announcement.gone, ...entries.flatMap((one) => (one.partial ? one.path : []))];
    const held = yield* this.#tracker.applying(
      { ...announcement, entries: whole, gone },
      this.options.nowMs(),
    );
    const isTaken = held.revision === revision && before.revision !== revision;
    const isAnew = since === 0 || before.catalogId !== catalogId;
    if (isTaken || before.catalogId !== held.catalogId) this.#partial.take(announcement, isAnew);
    this.#tendSoon();
    if (before.catalogId === null && held.catalogId !== null) {
      const more = announcement.more ? ', with more to come' : '';
      this.options.onInfo?.(`Peer ${peer} is searchable: ${entries.length} entries${more}.`);
    }
    return held;
  }

  /** Throws E_NO_LEADER for a peer that is not a member: nobody else announces here (HOSTILE 110). */
  mustBeMember(peer: PeerId): void {
    if (this.#isMember(peer)) return;
    throw new Failure('E_NO_LEADER', `Peer ${peer} is not a member of this cluster, or not yet.`);
  }

  held(peer: PeerId): Held {
    return this.#tracker.held(peer);
  }

  /**
   * Searches in turns, after what was begun before. Throws E_NOT_FOUND for an unknown peer, E_BAD_REQUEST for a query
   * that cannot be understood.
   */
  search(question: SearchQuestion): WorkTurns<SearchAnswer> {
    return this.#work.run(this.#search(question));
  }

  *#search(question: SearchQuestion): WorkTurns<SearchAnswer> {
    const scope = { tracker: this.#tracker, peers: this.#peers, self: this.options.peer };
    const nowMs = this.options.left?.dateMs() ?? 0;
    return yield* answerSearch(
      { ...scope, left: { names: this.#left.names, nowMs } },
      { question, partial: this.#isPartial() },
    );
  }

  /**
   * In turns, after what was begun before: what a hash names, with each holder at the address where the election sees
   * it, never at the one it claims.
   */
  locate(prefix: string): WorkTurns<LocateAnswer> {
    return this.#work.run(this.#locate(prefix));
  }

  *#locate(prefix: string): WorkTurns<LocateAnswer> {
    const locating = this.#tracker.locating(prefix);
    const { peers, others, ...content } = yield* this.#left.explained(prefix, locating);
    const fetching = this.#partial.of(content.hash).filter((peer) => !peers.includes(peer));
    const holders = [...this.#dialable(peers), ...this.#dialable(fetching)];
    const answer = { ...content, holders: holders.slice(0, HOLDERS_MAX) };
    if (others.length === 0) return answer;
    const claims = others.slice(0, OTHER_CLAIMS_MAX).map(({ kind, size, peers: claimants }) => {
      const named = this.#dialable(claimants).slice(0, OTHER_HOLDERS_MAX);
      return { kind, size, holders: named };
    });
    return { ...answer, others: claims };
  }

  /** At random and spread over hosts, so that nobody is crowded out and asking again yields others (HOSTILE 108). */
  #dialable(peers: readonly PeerId[]): Holder[] {
    const holders = peers.flatMap((peer) => {
      const known = this.#peers.get(peer);
      if (!known?.member || known.transferPort === 0) return [];
      return [{ peer, address: known.address, port: known.transferPort, curveKey: known.curveKey }];
    });
    return spreadOverPlaces(holders, Math.random);
  }

  /** What was announced after `since`, by this tracker's count. */
  added(id: string, since: number): AddedAnswer {
    return this.#additions.since(id, since);
  }

  holders({ hashes, first }: HoldersQuestion): AnswerOf<PeerVerbs, 'holders'> {
    return { contents: this.#tracker.holders(hashes, first) };
  }

  book(): AnswerOf<PeerVerbs, 'book'> {
    const files = new Map(this.#tracker.book().map((line) => [line.peer, line.files]));
    const peers = this.#members().map(({ peer, address }) => {
      return { peer, address, files: files.get(peer) ?? 0 };
    });
    return { leader: this.options.peer, peers };
  }

  /** Throws E_NOT_LEADER unless this host leads or is the first to take over. */
  mustServe(): void {
    if (this.serves) return;
    const leader = this.#leadership?.leader?.peer ?? 'nobody known';
    throw new Failure('E_NOT_LEADER', `This peer does not lead; ${leader} does.`);
  }

  /** The election's view of who is online: a peer that has left stops being a holder immediately. */
  followPeers(peers: readonly KnownPeer[]): void {
    const before = this.#members();
    this.#peers.clear();
    for (const known of peers) this.#peers.set(known.peer, known);
    for (const known of before) if (!this.#isMember(known.peer)) this.#leave(known);
    for (const { peer } of this.#members()) this.#comeBack(peer);
  }

  followLeadership(leadership: Leadership): void {
    const served = this.serves;
    this.#leadership = leadership;
    if (this.serves && !served) this.#left.load((peer) => this.#isMember(peer));
    if (this.serves) this.#uselessSinceMs = undefined;
    else this.#uselessSinceMs ??= this.options.nowMs();
  }

  /** To be called every few seconds: forgets strangers, and everything once this host serves nobody. */
  tidy(): void {
    const nowMs = this.options.nowMs();
    const useless =
      this.#uselessSinceMs !== undefined && nowMs - this.#uselessSinceMs > RELEASE_AFTER_MS;
    for (const line of this.#tracker.book()) {
      if (useless || this.#isStranger(line, nowMs)) this.#drop(line.peer);
    }
    this.#left.tidy();
    if (useless) this.#left.release();
    this.#tendSoon();
  }

  close(): void {
    clearImmediate(this.#tending);
    this.#isClosed = true;
  }

  #leave(known: KnownPeer): void {
    const { peer } = known;
    if (this.#left.add(known))
      this.options.onInfo?.(`Peer ${peer} left; its contents are remembered.`);
    else this.#drop(peer);
  }

  /** What it had is new to standing searches, as far as it is known here without an announcement. */
  #comeBack(peer: PeerId): void {
    if (!this.#left.comeBack(peer)) return;
    this.#additions.lose();
    this.options.onInfo?.(`Peer ${peer} is searchable again.`);
  }

  #drop(peer: PeerId): void {
    const { catalogId } = this.#tracker.held(peer);
    if (catalogId !== null) this.options.onInfo?.(`Peer ${peer} is no longer searchable.`);
    this.#tracker.dropPeer(peer);
    this.#partial.drop(peer);
    this.#tendSoon();
  }

  /** Deferred work is done in slices, so that a search in between never waits long. */
  #tendSoon(): void {
    this.#tending ??= setImmediate(() => void this.#tend());
  }

  async #tend(): Promise<void> {
    const more = await inTurns(
      this.#work.once(() => {
        const endMs = this.options.nowMs() + TEND_SLICE_MS;
        let isMore = true;
        while (isMore && this.options.nowMs() < endMs) isMore = this.#tracker.tend(TEND_STEPS);
        return isMore;
      }),
    );
    this.#tending = undefined;
    if (this.#isClosed) return;
    if (more) this.#tendSoon();
    else if (this.isFirstStandby) await this.#warmUp.look();
  }

  #isStranger({ peer, heardMs }: PeerLine, nowMs: number): boolean {
    return !this.#isMember(peer) && nowMs - heardMs > STRANGER_LIMIT_MS;
  }

  #isMember(peer: PeerId): boolean {
    return peer === this.options.peer || this.#peers.get(peer)?.member === true;
  }

  #members(): KnownPeer[] {
    return [...this.#peers.values()].filter(({ member }) => member);
  }

  /** True when a member with an indexer is online whose catalogue is, as far as known, not held completely. */
  #isPartial(): boolean {
    const whole = new Set(this.#tracker.book().flatMap((line) => (line.whole ? [line.peer] : [])));
    return this.#members().some(
      (member) => member.indexerPort !== 0 && (!whole.has(member.peer) || this.#isBehind(member)),
    );
  }

  /** True when its keep-alive named a later revision than it announced. Nothing is known about another catalogue. */
  #isBehind({ peer, catalogue }: KnownPeer): boolean {
    const { catalogId, revision } = this.#tracker.held(peer);
    return catalogue !== null && catalogue.catalogId === catalogId && revision < catalogue.revision;
  }
}
