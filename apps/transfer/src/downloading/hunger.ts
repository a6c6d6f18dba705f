/** Decides when a download looks for more sources and when it gives up. Pure: times come in, a decision comes out. */
import { Failure } from '@iwanto/wire';

/** A download without a source to ask is shown as stalled after this time, in ms. */
export const STALLED_MS = 2_000;
/** The wait when every known holder has lied, in ms: there is little to wait for. */
export const ALL_LIED_MS = 5_000;
/** How soon sources are looked for again, in ms: while all is well, and while there is no source to ask. */
export const CALM_LOOK_MS = 15_000;
export const HUNGRY_LOOK_MS = [500, 1_000, 2_000, 4_000, 5_000] as const;

/** What to do now. */
export interface HungerDecision {
  /** Ask the tracker again who holds the content. */
  readonly look: boolean;
  /** Show the download as stalled. */
  readonly isStalled: boolean;
  /** Give up: every known holder lied, or nothing arrived for too long. */
  readonly giveUp: 'allLied' | 'nobody' | null;
  /** How long nothing has arrived although something is awaited, in ms. */
  readonly hungryMs: number;
}

export class Hunger {
  #lastGoodMs: number;
  #lookedMs: number;
  #hungryLooks = 0;
  #layersAwaited = 0;
  #isStarving = false;

  /** `giveUpMs`: how long a download waits for a source. */
  constructor(
    nowMs: number,
    private readonly giveUpMs: number,
  ) {
    this.#lastGoodMs = nowMs;
    this.#lookedMs = nowMs;
  }

  /** Something is awaited that nobody has sent yet. */
  get isHungry(): boolean {
    return this.#isStarving || this.#layersAwaited > 0;
  }

  /** Good bytes arrived. */
  fed(nowMs: number): void {
    this.#lastGoodMs = nowMs;
  }

  /** No source is left for a missing piece, or one is available again. */
  starving(isStarving: boolean, nowMs: number): void {
    if (isStarving && !this.isHungry) this.#lastGoodMs = nowMs;
    this.#isStarving = isStarving;
  }

  /** Digests or a manifest are awaited. Time spent on other things does not count as hunger. */
  layerAwaited(nowMs: number): void {
    if (!this.isHungry) this.#lastGoodMs = nowMs;
    this.#layersAwaited += 1;
  }

  /** The wait for a layer ended. */
  layerSettled(): void {
    this.#layersAwaited -= 1;
  }

  /** A peer appeared or the leader changed: true when that is a reason to look immediately. */
  poke(): boolean {
    if (this.isHungry) this.#hungryLooks = 0;
    return this.isHungry;
  }

  /** The tracker is being asked. */
  looked(nowMs: number): void {
    this.#lookedMs = nowMs;
    this.#hungryLooks += 1;
  }

  /** To be called about twice per second. `haveAllLied`: every known holder is banned. */
  decide(nowMs: number, haveAllLied: boolean): HungerDecision {
    const hungryMs = this.isHungry ? nowMs - this.#lastGoodMs : 0;
    return {
      look: nowMs - this.#lookedMs >= this.#lookPauseMs(),
      isStalled: hungryMs >= STALLED_MS,
      giveUp: this.#giveUp(hungryMs, haveAllLied),
      hungryMs,
    };
  }

  #giveUp(hungryMs: number, haveAllLied: boolean): HungerDecision['giveUp'] {
    if (haveAllLied && hungryMs > ALL_LIED_MS) return 'allLied';
    return hungryMs > this.giveUpMs ? 'nobody' : null;
  }

  #lookPauseMs(): number {
    if (!this.isHungry) {
      this.#hungryLooks = 0;
      return CALM_LOOK_MS;
    }
    const last = HUNGRY_LOOK_MS.length - 1;
    return HUNGRY_LOOK_MS[Math.min(this.#hungryLooks, last)] ?? CALM_LOOK_MS;
  }
}

/** Why nothing more will arrive, if that was decided. */
export function givenUp(
  { giveUp, hungryMs }: Pick<HungerDecision, 'giveUp' | 'hungryMs'>,
  name: string,
): Failure | undefined {
  if (giveUp === 'allLied') {
    const sentence = `Every peer that offered ${name} sent bytes that its hash does not name.`;
    return new Failure('E_VERIFY', sentence);
  }
  if (giveUp !== 'nobody') return undefined;
  const seconds = Math.round(hungryMs / 1_000);
  return new Failure('E_NO_SOURCE', `No peer has sent a missing part of ${name} for ${seconds} s.`);
}
