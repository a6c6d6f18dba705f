/**
 * Where the bytes for readers come from: this host itself if it has the content, and every other peer that has it.
 */
import { setMaxListeners } from 'node:events';
import type { Bus } from '@iwanto/bus';
import type { Blake3 } from '@iwanto/merkle';
import { Failure, type FileHash, type Holder, type Kind, type PeerId } from '@iwanto/wire';
import { Finder } from '../downloading/finder.js';
import { goneFailure } from '../downloading/gone.js';
import { Hunger, type HungerDecision, givenUp } from '../downloading/hunger.js';
import type { Liars } from '../sources/liars.js';
import type { Lines } from '../sources/lines.js';
import type { AskingLine } from '../sources/group-line.js';
import { type Attempt, SourceSet } from '../sources/source-set.js';
import type { LocalSource } from './local-source.js';

export interface ReadingTools {
  readonly bus: Pick<Bus, 'call'>;
  readonly lines: Lines;
  readonly local: LocalSource;
  readonly blake3: Blake3;
  readonly nowMs: () => number;
  readonly isAllowed: (holder: Holder) => boolean;
  /** Preferred before others. */
  readonly isTrusted: (peer: PeerId) => boolean;
  readonly liars: Liars;
  /** Where these peers can be reached, as far as this host knows them itself. */
  readonly holdersOf: (peers: readonly PeerId[]) => Holder[];
  readonly onTrouble: (sentence: string) => void;
  /** How long to wait for a source, in ms. */
  readonly noSourceLimitMs: number;
}

/** What is read, as the tracker or this host knows it. */
export interface Readable {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly name: string;
  readonly bytes: number;
  readonly holders: readonly Holder[];
}

export interface SupplyOptions extends ReadingTools {
  readonly of: Readable;
  readonly onSource: (peer: PeerId, line: AskingLine) => void;
  readonly onLost: (peer: PeerId, isForged: boolean) => void;
  /** Nothing more will arrive. */
  readonly onFailed: (failure: Failure) => void;
}

export class Supply {
  readonly sources: SourceSet;
  readonly #hunger: Hunger;
  readonly #stopping = new AbortController();
  #finder: Finder | undefined;

  constructor(private readonly options: SupplyOptions) {
    const { lines, isAllowed, isTrusted, liars, nowMs, noSourceLimitMs } = options;
    const { onSource, onLost } = options;
    this.#hunger = new Hunger(nowMs(), noSourceLimitMs);
    setMaxListeners(0, this.#stopping.signal);
    this.sources = new SourceSet({
      ...{ lines, isAllowed, isTrusted, liars, signal: this.#stopping.signal, onReady: onSource },
      onLost: (peer, why) => onLost(peer, why === 'forged'),
      onMissing: (peer) => this.missing(peer),
    });
  }

  /** Starts looking for other holders; calling it again changes nothing. */
  seek(): void {
    const { bus, of, nowMs, onLost, isAllowed: mayAsk } = this.options;
    const ofGroup = of.holders.some(({ group }) => group !== undefined);
    if (this.#stopping.signal.aborted) return;
    this.#finder ??= new Finder({
      ...{ bus, root: of.root, ofGroup, claim: of, hunger: this.#hunger },
      ...{ holders: of.holders, nowMs, mayAsk },
      haveAllLied: (holders) => this.sources.areAllBanned(holders.map(({ peer }) => peer)),
      offer: (holders) => this.sources.offer(holders),
      renew: (peer) => {
        this.sources.drop(peer);
        onLost(peer, false);
      },
      onGone: () =>
        void goneFailure(bus, { ...of, ofGroup }).then((failure) => this.#fail(failure)),
      onBeat: (decision) => this.#obey(decision),
    });
  }

  /** Something that must be known before pieces can be verified; from this host if it has it. */
  async layer<T>(attempt: Attempt<T>): Promise<T> {
    const { local, nowMs } = this.options;
    const here = await attempt((wanted) => local.request(wanted));
    if (typeof here === 'object') return here.got;
    this.seek();
    this.#hunger.layerAwaited(nowMs());
    try {
      const got = await this.sources.fetch(attempt);
      this.fed();
      return got;
    } finally {
      this.#hunger.layerSettled();
    }
  }

  starving(isStarving: boolean): void {
    if (isStarving) this.seek();
    this.#hunger.starving(isStarving, this.options.nowMs());
  }

  fed(): void {
    this.#hunger.fed(this.options.nowMs());
    this.#finder?.fed();
  }

  missing(peer: PeerId): void {
    this.#finder?.refused(peer);
  }

  close(): void {
    this.#stopping.abort(new Failure('E_INTERRUPTED', 'The content is no longer being read.'));
    this.#finder?.stop();
    this.sources.close();
  }

  #obey(decision: HungerDecision): void {
    const failure = givenUp(decision, this.options.of.name);
    if (failure) this.#fail(failure);
  }

  #fail(failure: Failure): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(failure);
    this.options.onFailed(failure);
  }
}
