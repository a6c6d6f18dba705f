/** Stage 5, the roots above what was committed: refreshed when nothing is on its way, and occasionally in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DirectoryRoots } from '../catalogue/directory-roots.js';

/** While hashing continues, roots of finished directories are refreshed this often, in ms, but never for most of the time. */
const REFRESH_INTERVAL_MS = 2_000;
const REFRESH_SHARE = 20;

const nowMs = () => performance.now();

export interface RootRefreshOptions {
  readonly roots: DirectoryRoots;
  /** Directories of which files are on their way: they and all above them stay as they are. */
  readonly waiting: () => Iterable<number>;
  /** Whether files are on their way. */
  readonly isBusy: () => boolean;
  /** A refresh ended. */
  readonly onRefreshed: () => void;
}

export class RootRefresh {
  #isRunning = false;
  #again = false;
  #nextMs = 0;
  #closed = false;

  constructor(private readonly options: RootRefreshOptions) {}

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Brings directory roots in step as far as their files are in. */
  soon(): void {
    const { isBusy, onRefreshed } = this.options;
    this.#again = true;
    if (this.#isRunning || this.#closed) return;
    if (isBusy() && nowMs() < this.#nextMs) return;
    this.#isRunning = true;
    void this.#refresh().finally(() => {
      this.#isRunning = false;
      // Another refresh was requested meanwhile: first continue, then report, so that nobody sees an idle state that is not one.
      if (this.#again && !isBusy()) this.soon();
      onRefreshed();
    });
  }

  close(): void {
    this.#closed = true;
  }

  async #refresh(): Promise<void> {
    const { roots, waiting } = this.options;
    const startMs = nowMs();
    this.#again = false;
    for (let more = true; more && !this.#closed;) {
      more = await roots.refresh(waiting());
      await nextTurn();
    }
    const tookMs = nowMs() - startMs;
    this.#nextMs = nowMs() + Math.max(REFRESH_INTERVAL_MS, tookMs * REFRESH_SHARE);
  }
}
