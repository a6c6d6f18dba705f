/** Whether a disk is so fast that waiting for it costs less than another thread. */

/**
 * A piece that waits longer than this is slow, in ms. Time of the processor does not count: copying a piece takes the
 * same time in any thread, and in another one a second copy as well.
 */
const SLOW_MS = 0.8;
/** So many of them in a row make the disk count as slow: one alone may be this thread, waiting for a processor. */
const SLOW_IN_ROW = 3;
/** One that waits longer than this is enough, in ms. */
const HALTED_MS = 100;
/** Pieces after which a slow disk is tried again. */
const TRY_AGAIN_AFTER = 64;

/** The times of this process, in ms. */
interface Clocks {
  readonly nowMs: () => number;
  /** Of a processor, that all threads took. */
  readonly cpuMs: () => number;
}

const CLOCKS: Clocks = {
  nowMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

export class DiskPace {
  /** Pieces that are left to another thread. */
  #leftToOthers = 0;
  #slowInRow = 0;

  /** Other clocks are for tests. */
  constructor(private readonly clocks = CLOCKS) {}

  /** To be asked before each piece. */
  get isSlow(): boolean {
    if (this.#leftToOthers === 0) return false;
    this.#leftToOthers -= 1;
    return this.#leftToOthers > 0;
  }

  /** Runs a read or a write that is waited for. */
  time<T>(work: () => T): T {
    const { nowMs, cpuMs } = this.clocks;
    const [startMs, startCpuMs] = [nowMs(), cpuMs()];
    const done = work();
    this.#note(nowMs() - startMs - (cpuMs() - startCpuMs));
    return done;
  }

  #note(waitedMs: number): void {
    if (waitedMs <= SLOW_MS) this.#slowInRow = 0;
    else this.#slowInRow = waitedMs > HALTED_MS ? SLOW_IN_ROW : this.#slowInRow + 1;
    if (this.#slowInRow < SLOW_IN_ROW) return;
    this.#leftToOthers = TRY_AGAIN_AFTER + 1;
    // At the next try one slow piece says that nothing has changed.
    this.#slowInRow = SLOW_IN_ROW - 1;
  }
}
