/** How often a download that waits for sources is tried again: soon at first, then ever less often. Pure. */

const FIRST_MS = 2_000;
const LAST_MS = 60_000;

export class Patience {
  readonly #tried = new Map<string, { readonly atMs: number; readonly pauseMs: number }>();

  /** Whether to try `id` now; if so, counts as an attempt. */
  isDue(id: string, nowMs: number): boolean {
    const last = this.#tried.get(id);
    if (last && nowMs - last.atMs < last.pauseMs) return false;
    const pauseMs = Math.min(LAST_MS, last ? 2 * last.pauseMs : FIRST_MS);
    this.#tried.set(id, { atMs: nowMs, pauseMs });
    return true;
  }

  /** Something changed on the network: all are tried again. */
  reset(): void {
    this.#tried.clear();
  }
}
