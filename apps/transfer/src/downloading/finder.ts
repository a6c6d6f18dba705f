/** Finds who holds a content, again and again while a download runs: sooner when it starves. */
import type { Bus } from '@iwanto/bus';
import type { FileHash, Holder } from '@iwanto/wire';
import type { Hunger, HungerDecision } from './hunger.js';

/** How often known holders whose line broke are tried again, in ms. */
const RETRY_MS = 500;

export interface FinderOptions {
  readonly bus: Pick<Bus, 'call'>;
  readonly root: FileHash;
  readonly hunger: Hunger;
  readonly holders: readonly Holder[];
  readonly nowMs: () => number;
  /** Whether all of these, and at least one, are banned. */
  readonly haveAllLied: (holders: readonly Holder[]) => boolean;
  readonly offer: (holders: readonly Holder[]) => void;
  /** Called every half second with what hunger says. */
  readonly onBeat: (decision: HungerDecision) => void;
}

export class Finder {
  holders: readonly Holder[];
  readonly #beat: NodeJS.Timeout;
  #asking = false;

  constructor(private readonly options: FinderOptions) {
    this.holders = options.holders;
    this.#beat = setInterval(() => this.#look(), RETRY_MS);
    options.offer(this.holders);
  }

  /** A peer came or the leader changed: a starving download need not wait. */
  poke(): void {
    if (this.options.hunger.poke()) void this.#locate();
  }

  stop(): void {
    clearInterval(this.#beat);
  }

  #look(): void {
    const { hunger, nowMs, haveAllLied, offer, onBeat } = this.options;
    const decision = hunger.decide(nowMs(), haveAllLied(this.holders));
    offer(this.holders);
    if (decision.look) void this.#locate();
    onBeat(decision);
  }

  async #locate(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.options.hunger.looked(this.options.nowMs());
    try {
      const { holders } = await this.options.bus.call('locate', { hash: this.options.root });
      this.holders = holders;
      this.options.offer(holders);
    } catch {
      // No leader, no indexer, nobody has it: the next look may know more, and the limit on waiting ends it.
    } finally {
      this.#asking = false;
    }
  }
}
