/** The peers one download draws from: connected, in use, lost, banned. */
import type { Holder, PeerId } from '@iwanto/wire';
import type { Outcome, SourceLine, Wanted } from './source-line.js';
import type { Hold, Lines } from './lines.js';
import { isMissing } from '../downloading/refusals.js';

/** Peers one download draws from at once: more would only cost memory. */
const SOURCES_MAX = 32;
/** How long one answer with digests or a part of a manifest may take, in ms. */
const LAYER_LIMIT_MS = 15_000;
/** Between two rounds of asking every source for the same thing, in ms. */
const ROUND_PAUSE_MS = 500;

interface Used {
  readonly hold: Hold;
  ready: boolean;
}

export interface SourceSetOptions {
  readonly lines: Lines;
  /** Not ourselves, not an address nobody should be made to dial (HOSTILE 47). */
  readonly isAllowed: (holder: Holder) => boolean;
  readonly onReady: (peer: PeerId, line: SourceLine) => void;
  readonly onLost: (peer: PeerId) => void;
  /** A source has not the layer it was asked for. */
  readonly onMissing: (peer: PeerId) => void;
  readonly signal: AbortSignal;
}

/** Asks one line; `bad` means that what came was a lie. */
export type Attempt<T> = (
  ask: (wanted: Wanted) => Promise<Outcome>,
) => Promise<{ readonly got: T } | 'bad' | 'none'>;

export class SourceSet {
  readonly #used = new Map<PeerId, Used>();
  readonly #banned = new Set<PeerId>();
  readonly #arrivals = new Set<() => void>();
  #turn = 0;

  constructor(private readonly options: SourceSetOptions) {}

  /** Connects to those that are not in use yet. */
  offer(holders: readonly Holder[]): void {
    for (const holder of holders) {
      if (this.options.signal.aborted || this.#used.size >= SOURCES_MAX) return;
      if (this.#used.has(holder.peer) || this.#banned.has(holder.peer)) continue;
      if (this.options.isAllowed(holder)) this.#connect(holder);
    }
  }

  ban(peer: PeerId): void {
    this.#banned.add(peer);
    this.drop(peer);
  }

  /** Lets go of a source; it may be offered again. */
  drop(peer: PeerId): void {
    const used = this.#used.get(peer);
    this.#used.delete(peer);
    used?.hold.release();
  }

  /** The same, for one that does not answer: its line is closed for everybody. */
  cut(peer: PeerId): void {
    this.#used.get(peer)?.hold.line.close();
    this.drop(peer);
  }

  /** Whether all of these, and at least one, were banned. */
  areAllBanned(peers: readonly PeerId[]): boolean {
    return peers.length > 0 && peers.every((peer) => this.#banned.has(peer));
  }

  close(): void {
    for (const peer of [...this.#used.keys()]) this.drop(peer);
    for (const wake of this.#arrivals) wake();
  }

  /** Asks one source after the other until one gives it; rejects with the signal's reason. */
  async fetch<T>(attempt: Attempt<T>): Promise<T> {
    for (;;) {
      const tried = new Set<PeerId>();
      for (let peer = this.#next(tried); peer; peer = this.#next(tried)) {
        tried.add(peer);
        const line = this.#used.get(peer)!.hold.line;
        const outcome = await attempt((wanted) => this.#request(peer, line, wanted));
        this.options.signal.throwIfAborted();
        if (outcome === 'bad') this.#banLiar(peer);
        else if (outcome !== 'none') return outcome.got;
      }
      await this.#pause(tried.size > 0);
    }
  }

  async #request(peer: PeerId, line: SourceLine, wanted: Wanted): Promise<Outcome> {
    const outcome = await line.request(wanted, LAYER_LIMIT_MS);
    if (outcome.type === 'refused' && isMissing(outcome.reason)) this.options.onMissing(peer);
    return outcome;
  }

  #banLiar(peer: PeerId): void {
    this.ban(peer);
    this.options.onLost(peer);
  }

  #next(tried: ReadonlySet<PeerId>): PeerId | undefined {
    const open = [...this.#used].filter(([peer, { ready }]) => ready && !tried.has(peer));
    this.#turn += 1;
    return open[this.#turn % Math.max(1, open.length)]?.[0];
  }

  /** Until a source arrives; after a round in which all refused, for a while only. */
  async #pause(limited: boolean): Promise<void> {
    const { signal } = this.options;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#arrivals.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = limited ? setTimeout(wake, ROUND_PAUSE_MS) : undefined;
      this.#arrivals.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
    signal.throwIfAborted();
  }

  #connect(holder: Holder): void {
    const { peer } = holder;
    const hold = this.options.lines.take(holder, () => this.#lost(peer, hold));
    if (!hold) return;
    const used = { hold, ready: false };
    this.#used.set(peer, used);
    void hold.line.ready.then((ready) => {
      if (!ready || this.#used.get(peer) !== used) return;
      used.ready = true;
      for (const wake of [...this.#arrivals]) wake();
      this.options.onReady(peer, hold.line);
    });
  }

  #lost(peer: PeerId, hold: Hold | undefined): void {
    if (!hold || this.#used.get(peer)?.hold !== hold) return;
    this.drop(peer);
    this.options.onLost(peer);
  }
}
