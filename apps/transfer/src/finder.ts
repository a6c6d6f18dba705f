/** Finds who holds a content, again and again while a download runs: sooner when it starves. */
import type { Bus } from '@iwanto/bus';
import type { FileHash, Holder } from '@iwanto/wire';

/** How soon sources are looked for again, in ms: while all is well, and while nobody can be asked. */
const CALM_MS = 15_000;
const HUNGRY_MS = [500, 1_000, 2_000, 4_000, 5_000] as const;
/** How often known holders whose line broke are tried again, in ms. */
const RETRY_MS = 500;

export interface FinderOptions {
  readonly bus: Pick<Bus, 'call'>;
  readonly hash: FileHash;
  readonly holders: readonly Holder[];
  readonly nowMs: () => number;
  readonly isHungry: () => boolean;
  readonly offer: (holders: readonly Holder[]) => void;
  /** Called every half second: the time to look at limits. */
  readonly onBeat: () => void;
}

export class Finder {
  holders: readonly Holder[];
  private readonly beat: NodeJS.Timeout;
  private askedMs: number;
  private hungryTries = 0;
  private asking = false;

  constructor(private readonly options: FinderOptions) {
    this.holders = options.holders;
    this.askedMs = options.nowMs();
    this.beat = setInterval(() => this.look(), RETRY_MS);
    options.offer(this.holders);
  }

  /** A peer came or the leader changed: a starving download need not wait. */
  poke(): void {
    if (!this.options.isHungry()) return;
    this.hungryTries = 0;
    void this.locate();
  }

  stop(): void {
    clearInterval(this.beat);
  }

  private look(): void {
    this.options.onBeat();
    this.options.offer(this.holders);
    const hungry = this.options.isHungry();
    if (!hungry) this.hungryTries = 0;
    const last = HUNGRY_MS.length - 1;
    const pauseMs = hungry ? (HUNGRY_MS[Math.min(this.hungryTries, last)] ?? CALM_MS) : CALM_MS;
    if (this.options.nowMs() - this.askedMs >= pauseMs) void this.locate();
  }

  private async locate(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.askedMs = this.options.nowMs();
    this.hungryTries += 1;
    try {
      const { holders } = await this.options.bus.call('locate', { hash: this.options.hash });
      this.holders = holders;
      this.options.offer(holders);
    } catch {
      // No leader, no indexer, nobody has it: the next look may know more, and the limit on waiting ends it.
    } finally {
      this.asking = false;
    }
  }
}
