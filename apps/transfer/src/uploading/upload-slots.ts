/** How many peers are served at once: a seventeenth is told `busy` until one has been quiet for a while. */

/** Peers served at the same time (HOSTILE, security model 5). */
export const UPLOAD_SLOTS_MAX = 16;
/** A peer that asked for nothing this long gives its slot away, in ms. */
const QUIET_MS = 3_000;

export class UploadSlots {
  readonly #lastAskedMs = new Map<string, number>();

  constructor(private readonly nowMs: () => number) {}

  /** True when the asker has a slot, or got one now. */
  take(asker: string): boolean {
    const nowMs = this.nowMs();
    if (!this.#lastAskedMs.has(asker) && !this.#hasRoom(nowMs)) return false;
    this.#lastAskedMs.set(asker, nowMs);
    return true;
  }

  #hasRoom(nowMs: number): boolean {
    if (this.#lastAskedMs.size < UPLOAD_SLOTS_MAX) return true;
    for (const [asker, askedMs] of this.#lastAskedMs) {
      if (nowMs - askedMs > QUIET_MS) this.#lastAskedMs.delete(asker);
    }
    return this.#lastAskedMs.size < UPLOAD_SLOTS_MAX;
  }
}
