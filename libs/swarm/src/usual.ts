/** How long an answer usually takes, from any source. */

/** The weight of the newest answer. */
const NEWEST_WEIGHT = 0.1;

export class Usual {
  /** 0 while there was none. */
  ms = 0;

  note(tookMs: number): void {
    this.ms = this.ms === 0 ? Math.max(tookMs, 1) : this.ms + NEWEST_WEIGHT * (tookMs - this.ms);
  }
}
