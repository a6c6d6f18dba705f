/** How often what waits for sources is tried again: soon at first, then less and less often. Pure. */

const FIRST_MS = 2_000;
const LAST_MS = 60_000;

export class Patience {
  readonly #tried = new Map<string, { readonly atMs: number; readonly pauseMs: number }>();

  /** Whether `id` is to be tried now; counts as a try then. */
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
