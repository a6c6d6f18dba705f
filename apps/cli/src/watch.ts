/** Follows one download to its end: by news, and by polling in case news were lost. */
import type { Bus, Download } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';

const ASK_EVERY_MS = 500;
/** A transfer service that died is started again within this time, or the command gives up. */
const ABSENT_LIMIT_MS = 15_000;
/** Without one more byte for this long while it is said to run, something is wrong. */
const STUCK_LIMIT_MS = 120_000;

export interface WatchOptions {
  /** How long to wait for a source while none is there, in ms. */
  readonly sourceLimitMs: number;
  readonly changed: (download: Download) => void;
  /** Asks for the download again, if a restarted service has forgotten its number. */
  readonly again: () => Promise<Download>;
}

const ENDED: readonly Download['state'][] = ['done', 'failed', 'cancelled', 'paused'];

/** The download in its last state. Rejects with E_NO_SOURCE or E_INTERRUPTED when a limit passes. */
export function watch(bus: Bus, first: Download, options: WatchOptions): Promise<Download> {
  return new Promise((ended, gaveUp) => {
    const watcher = new Watcher(bus, first, options, { ended, gaveUp });
    watcher.begin();
  });
}

class Watcher {
  #now: Download;
  #movedMs = performance.now();
  #answeredMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};

  constructor(
    private readonly bus: Bus,
    first: Download,
    private readonly options: WatchOptions,
    private readonly result: {
      ended: (download: Download) => void;
      gaveUp: (cause: unknown) => void;
    },
  ) {
    this.#now = first;
  }

  begin(): void {
    this.#unsubscribe = this.bus.subscribe('download.progressed', (download) => {
      if (download.id === this.#now.id) this.#take(download);
    });
    this.options.changed(this.#now);
    if (ENDED.includes(this.#now.state)) this.#end(() => this.result.ended(this.#now));
    else this.#later();
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#ask(), ASK_EVERY_MS);
  }

  async #ask(): Promise<void> {
    try {
      const download = await this.bus.call('download.get', { id: this.#now.id });
      this.#answeredMs = performance.now();
      this.#take(download);
    } catch (cause) {
      await this.#unanswered(cause).catch((worse: unknown) => this.#giveUp(worse));
    }
    if (this.#timer === undefined) return;
    this.#checkLimits();
    if (this.#timer !== undefined) this.#later();
  }

  async #unanswered(cause: unknown): Promise<void> {
    const code = cause instanceof Failure ? cause.code : 'E_UNEXPECTED';
    if (code === 'E_NOT_FOUND') {
      this.#take(await this.options.again());
      return;
    }
    if (code !== 'E_NOT_RUNNING' && code !== 'E_TIMEOUT') throw cause;
    if (performance.now() - this.#answeredMs < ABSENT_LIMIT_MS) return;
    throw new Failure(
      'E_INTERRUPTED',
      `The transfer service has been unreachable for ${ABSENT_LIMIT_MS / 1000} s. What has arrived is kept; run the same command to resume.`,
    );
  }

  #take(download: Download): void {
    if (this.#timer === undefined) return;
    const { id, revision, bytesDone, state } = this.#now;
    if (download.id === id && download.revision < revision) return;
    const runsAgain = download.state === 'running' && state !== 'running';
    if (runsAgain || download.bytesDone !== bytesDone) this.#movedMs = performance.now();
    this.#now = download;
    const isWaited = this.#isWaitedFor(download);
    if (!isWaited) this.options.changed(download);
    if (ENDED.includes(download.state) && !isWaited) this.#end(() => this.result.ended(download));
  }

  /** The service found nobody for now, and tries again when peers appear: the command waits as long as it was asked to. */
  #isWaitedFor({ state, failure }: Download): boolean {
    const stillMs = performance.now() - this.#movedMs;
    const isLeft = state === 'failed' && failure?.code === 'E_NO_SOURCE';
    return isLeft && stillMs <= this.options.sourceLimitMs;
  }

  #checkLimits(): void {
    const stillMs = performance.now() - this.#movedMs;
    const { state, name, hash } = this.#now;
    const goOn = `the service keeps trying, "iwanto download ${hash.slice(0, 8)}" watches it again.`;
    if (state === 'running' && stillMs > STUCK_LIMIT_MS) {
      const sentence = `"${name}" has made no progress for ${STUCK_LIMIT_MS / 1000} s; ${goOn}`;
      this.#giveUp(new Failure('E_INTERRUPTED', sentence));
    } else if (state !== 'running' && stillMs > this.options.sourceLimitMs) {
      const seconds = Math.round(this.options.sourceLimitMs / 1000);
      const sentence = `No source for "${name}" answered for ${seconds} s; ${goOn}`;
      this.#giveUp(new Failure('E_NO_SOURCE', sentence));
    }
  }

  #giveUp(cause: unknown): void {
    this.#end(() => this.result.gaveUp(cause));
  }

  #end(tell: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unsubscribe();
    tell();
  }
}
