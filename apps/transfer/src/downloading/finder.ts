/** Looks for holders of a content repeatedly while a download runs: more often when it starves. */
import type { Bus } from '@iwanto/bus';
import { Failure, type FileHash, type Holder, type Kind, type PeerId } from '@iwanto/wire';
import type { Hunger, HungerDecision } from './hunger.js';
import { Refusals } from './refusals.js';

/** How often known holders whose line broke are tried again, in ms. */
const RETRY_MS = 500;

export interface FinderOptions {
  readonly bus: Pick<Bus, 'call'>;
  readonly root: FileHash;
  /** Only members of groups are asked who has it. */
  readonly ofGroup?: boolean;
  /** What the content is; a peer that claims otherwise does not hold it. */
  readonly claim: { readonly kind: Kind; readonly bytes: number };
  readonly hunger: Hunger;
  readonly holders: readonly Holder[];
  /** False for this host itself, which offers what it has of a download, and for others that are never asked. */
  readonly mayAsk: (holder: Holder) => boolean;
  readonly nowMs: () => number;
  /** Whether all of these, and at least one, are banned. */
  readonly haveAllLied: (holders: readonly Holder[]) => boolean;
  readonly offer: (holders: readonly Holder[]) => void;
  /** Releases a source, so that it is asked again. */
  readonly renew: (peer: PeerId) => void;
  /** Sources refused it, and for some time the tracker has named no holder. */
  readonly onGone: () => void;
  /** Called every half second with the decision of `Hunger`. */
  readonly onBeat: (decision: HungerDecision) => void;
}

export class Finder {
  holders: readonly Holder[];
  readonly #beat: NodeJS.Timeout;
  readonly #refusals = new Refusals();
  #asking = false;

  constructor(private readonly options: FinderOptions) {
    this.holders = options.holders;
    this.#beat = setInterval(() => this.#look(), RETRY_MS);
    options.offer(this.holders);
  }

  /** A peer appeared or the leader changed: a starving download need not wait. */
  poke(): void {
    if (this.options.hunger.poke()) void this.#locate();
  }

  /** A source does not have what it was asked for: the tracker knows more once the source has checked. */
  refused(peer: PeerId): void {
    this.#refusals.refused(peer, this.options.nowMs());
  }

  /** Good bytes arrived. */
  fed(): void {
    this.#refusals.fed();
  }

  /** Whether the tracker says that this peer has the content. */
  names(peer: PeerId): boolean {
    return this.holders.some((holder) => holder.peer === peer);
  }

  stop(): void {
    clearInterval(this.#beat);
  }

  #look(): void {
    const { hunger, nowMs, haveAllLied, offer, onBeat } = this.options;
    const decision = hunger.decide(nowMs(), haveAllLied(this.holders));
    offer(this.holders);
    if (this.#refusals.isGone(nowMs())) return this.options.onGone();
    if (decision.look || this.#refusals.areOpen) void this.#locate();
    onBeat(decision);
  }

  async #locate(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.options.hunger.looked(this.options.nowMs());
    try {
      const { root, ofGroup, claim, bus } = this.options;
      const { others = [], ...first } = await bus.call('locate', { hash: root, ofGroup });
      const same = [first, ...others].find(
        ({ kind, size }) => kind === claim.kind && size === claim.bytes,
      );
      // Holders that claim otherwise would be asked for what they do not have; and this host alone is nobody who has it.
      this.#located(same?.holders.filter(this.options.mayAsk) ?? []);
    } catch (cause) {
      if (cause instanceof Failure && cause.code === 'E_NOT_FOUND') this.#located([]);
      // No leader, no indexer, nobody has it: the next look may know more, and the limit on waiting ends it.
    } finally {
      this.#asking = false;
    }
  }

  #located(holders: readonly Holder[]): void {
    const peers = holders.map(({ peer }) => peer);
    const again = this.#refusals.located(peers, this.options.nowMs());
    if (holders.length === 0) return;
    if (this.options.hunger.isHungry) for (const peer of again) this.options.renew(peer);
    this.holders = holders;
    this.options.offer(holders);
  }
}
