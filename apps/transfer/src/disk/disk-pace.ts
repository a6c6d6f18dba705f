/** Whether a disk takes writes so fast that waiting for them costs less than another thread. */

/** A piece that takes longer than this makes the disk count as slow, in ms: two threads then share the work. */
const SLOW_MS = 0.8;
/** Writes after which a slow disk is tried again. */
const TRY_AGAIN_AFTER = 64;

export class DiskPace {
  #slowWrites = 0;

  /** `nowMs` is the clock, for tests. */
  constructor(private readonly nowMs = () => performance.now()) {}

  /** To be asked before each write. */
  get isSlow(): boolean {
    if (this.#slowWrites === 0) return false;
    this.#slowWrites -= 1;
    return this.#slowWrites > 0;
  }

  /** Runs a write that is waited for. */
  time(write: () => void): void {
    const startMs = this.nowMs();
    write();
    if (this.nowMs() - startMs > SLOW_MS) this.#slowWrites = TRY_AGAIN_AFTER + 1;
  }
}
