/** The peers that one download fetches from: connected, in use, lost, banned. */
import { type Holder, type PeerId, isLoopback, placeOf, spreadOverPlaces } from '@iwanto/wire';
import type { AskingLine } from './group-line.js';
import type { Outcome, Wanted } from './source-line.js';
import { type PieceLost, Wakers } from '@iwanto/bus';
import type { Hold, Lines } from './lines.js';
import { isMissing } from '../downloading/refusals.js';
import { firstOf } from './first-of.js';
import type { Liars } from './liars.js';

/** Peers that one download fetches from at the same time: more would only cost memory. */
const SOURCES_MAX = 32;
/** The same for one host, however many identities it has. */
const SOURCES_PER_PLACE_MAX = 4;
/** A peer that sent wrong bytes elsewhere comes after everybody that was released fewer times than this. */
const LIAR_DROPS = 1_000;
/** When nobody has answered for this long, others are asked as well, in ms. */
const HEDGE_MS = 400;
/** How long one answer with digests or a part of a manifest may take, in ms. */
const LAYER_LIMIT_MS = 15_000;
/** Between two rounds of asking every source for the same thing, in ms. */
const ROUND_PAUSE_MS = 500;

interface Used {
  readonly place: string;
  readonly hold: Hold;
  /** It can be asked. */
  isGreeted: boolean;
}

export interface SourceSetOptions {
  readonly lines: Lines;
  /** Not ourselves, not an address nobody should be made to dial (HOSTILE 47). */
  readonly isAllowed: (holder: Holder) => boolean;
  /** Preferred over others, until it is released. */
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly liars: Liars;
  /** It sent bytes other than the hash names. */
  readonly onLied?: (peer: PeerId) => void;
  readonly onReady: (peer: PeerId, line: AskingLine) => void;
  readonly onLost: (peer: PeerId, why: PieceLost) => void;
  /** A source does not have the layer it was asked for. */
  readonly onMissing: (peer: PeerId) => void;
  readonly signal: AbortSignal;
}

/** Asks one line; `bad` means that the answer was a lie. */
export type Attempt<T> = (
  ask: (wanted: Wanted) => Promise<Outcome>,
) => Promise<{ readonly got: T } | 'bad' | 'none'>;

export class SourceSet {
  readonly #used = new Map<PeerId, Used>();
  readonly #banned = new Set<PeerId>();
  /** How often each was released. */
  readonly #drops = new Map<PeerId, number>();
  readonly #arrivals = new Wakers();
  #turn = 0;

  constructor(private readonly options: SourceSetOptions) {}

  /** Connects to those that are not in use yet: to those first that were never released, and at random, spread over hosts. */
  offer(holders: readonly Holder[]): void {
    for (const holder of this.#inOrder(holders)) {
      if (this.options.signal.aborted || this.#used.size >= SOURCES_MAX) return;
      if (this.#used.has(holder.peer) || this.#banned.has(holder.peer)) continue;
      if (this.options.isAllowed(holder) && !this.#isCrowded(holder)) this.#connect(holder);
    }
  }

  #inOrder(holders: readonly Holder[]): Holder[] {
    const { isTrusted, liars } = this.options;
    const drops = ({ peer }: Holder) =>
      (this.#drops.get(peer) ?? 0) + (isTrusted(peer) ? 0 : 1) + (liars.has(peer) ? LIAR_DROPS : 0);
    return spreadOverPlaces(holders, Math.random).sort((one, other) => drops(one) - drops(other));
  }

  /** One host is one source, or a few: it cannot be made to take dozens of connections, nor take all there are. */
  #isCrowded({ peer, address }: Holder): boolean {
    if (isLoopback(address) || this.options.isTrusted(peer)) return false;
    const place = placeOf(address);
    const there = [...this.#used.values()].filter((used) => used.place === place);
    return there.length >= SOURCES_PER_PLACE_MAX;
  }

  /** Not asked again. */
  ban(peer: PeerId): void {
    this.#banned.add(peer);
    this.drop(peer);
  }

  /** The same for one that sent wrong bytes: other downloads will ask it last. */
  banLiar(peer: PeerId): void {
    this.options.liars.note(peer);
    this.options.onLied?.(peer);
    this.ban(peer);
  }

  /** Releases a source; it may be offered again. */
  drop(peer: PeerId): void {
    const used = this.#used.get(peer);
    this.#used.delete(peer);
    this.#drops.set(peer, (this.#drops.get(peer) ?? 0) + 1);
    used?.hold.release();
  }

  /** The same for one that does not answer: its line is closed for everybody. */
  cut(peer: PeerId): void {
    this.#used.get(peer)?.hold.line.close();
    this.drop(peer);
  }

  /** Whether all of these, and at least one, were banned, and so was every other one used before: a peer that merely left did not lie. */
  areAllBanned(peers: readonly PeerId[]): boolean {
    const known = [...peers, ...this.#drops.keys()];
    return peers.length > 0 && known.every((peer) => this.#banned.has(peer));
  }

  close(): void {
    for (const peer of [...this.#used.keys()]) this.drop(peer);
    this.#arrivals.wake();
  }

  /** Asks sources until one gives it: more of them if the first do not answer. Rejects with the signal's reason. */
  async fetch<T>(attempt: Attempt<T>): Promise<T> {
    for (;;) {
      const asked = this.#inTurn();
      // Without an await in between: a source that arrives meanwhile would wake nobody.
      const tries = asked.map((peer) => () => this.#try(peer, attempt));
      const got = tries.length > 0 ? await firstOf(tries, HEDGE_MS) : undefined;
      this.options.signal.throwIfAborted();
      if (got) return got.value;
      await this.#pause(asked.length > 0);
    }
  }

  async #try<T>(peer: PeerId, attempt: Attempt<T>): Promise<{ value: T } | undefined> {
    const line = this.#used.get(peer)?.hold.line;
    if (!line || this.options.signal.aborted) return undefined;
    const outcome = await attempt((wanted) => this.#request(peer, line, wanted));
    if (this.options.signal.aborted || outcome === 'none') return undefined;
    if (outcome !== 'bad') return { value: outcome.got };
    this.banLiar(peer);
    this.options.onLost(peer, 'broken');
    return undefined;
  }

  async #request(peer: PeerId, line: AskingLine, wanted: Wanted): Promise<Outcome> {
    const outcome = await line.request(wanted, LAYER_LIMIT_MS);
    if (outcome.type === 'refused' && isMissing(outcome.reason)) this.options.onMissing(peer);
    return outcome;
  }

  /** Those that can be asked, the longest known first, starting with another one each time. */
  #inTurn(): PeerId[] {
    const greeted = [...this.#used].flatMap(([peer, used]) => (used.isGreeted ? [peer] : []));
    const from = this.#turn % Math.max(1, greeted.length);
    this.#turn += 1;
    return [...greeted.slice(from), ...greeted.slice(0, from)];
  }

  /** Until a source arrives; after a round in which all refused, for a while only. */
  async #pause(limited: boolean): Promise<void> {
    const { signal } = this.options;
    await this.#arrivals.next({ signal, limitMs: limited ? ROUND_PAUSE_MS : undefined });
    signal.throwIfAborted();
  }

  #connect(holder: Holder): void {
    const { peer } = holder;
    const hold = this.options.lines.take(holder, (why) => this.#lost(peer, hold, why));
    if (!hold) return;
    const used = { place: placeOf(holder.address), hold, isGreeted: false };
    this.#used.set(peer, used);
    void hold.line.greeted.then((isGreeted) => {
      if (!isGreeted || this.#used.get(peer) !== used) return;
      used.isGreeted = true;
      // In the order in which they can be asked.
      this.#used.delete(peer);
      this.#used.set(peer, used);
      this.#arrivals.wake();
      this.options.onReady(peer, hold.line);
    });
  }

  #lost(peer: PeerId, hold: Hold | undefined, why: PieceLost): void {
    if (!hold || this.#used.get(peer)?.hold !== hold) return;
    this.drop(peer);
    this.options.onLost(peer, why);
  }
}
