/** What it means that sources no longer give what they were said to hold. Pure: times come in, decisions come out. */
import type { PeerId, Refusal as Reason } from '@iwanto/wire';

/** Pauses before a source that refused is asked again once it is still said to hold the content, in ms. */
const AGAIN_MS = [400, 800, 1_600, 3_200, 6_400] as const;
/** Nobody is said to hold it any more: this long a source may take to hash what was only touched, in ms. */
export const GONE_MS = 3_000;

/** Whether a refusal says that the source has not what it was said to hold. */
export const isMissing = (reason: Reason) => reason === 'changed' || reason === 'notFound';

interface Refusal {
  count: number;
  atMs: number;
}

export class Refusals {
  readonly #by = new Map<PeerId, Refusal>();
  #nobodySinceMs: number | undefined;

  /** Whether the tracker should be asked again now. */
  get areOpen(): boolean {
    return this.#by.size > 0;
  }

  /** A source says that it has not, or no longer, what it was asked for. */
  refused(peer: PeerId, nowMs: number): void {
    const known = this.#by.get(peer);
    if (!known) this.#by.set(peer, { count: 0, atMs: nowMs });
  }

  /** Good bytes came: somebody has it. */
  fed(): void {
    this.#nobodySinceMs = undefined;
  }

  /** Who holds it according to the tracker now: gives those that are to be asked again. */
  located(holders: readonly PeerId[], nowMs: number): PeerId[] {
    this.#nobodySinceMs = holders.length > 0 ? undefined : (this.#nobodySinceMs ?? nowMs);
    return holders.filter((peer) => this.#mayAskAgain(peer, nowMs));
  }

  /** True when it is gone: refused, and for some time held by nobody. */
  isGone(nowMs: number): boolean {
    const sinceMs = this.#nobodySinceMs;
    return this.areOpen && sinceMs !== undefined && nowMs - sinceMs >= GONE_MS;
  }

  #mayAskAgain(peer: PeerId, nowMs: number): boolean {
    const refusal = this.#by.get(peer);
    if (!refusal) return false;
    const pauseMs = AGAIN_MS[Math.min(refusal.count, AGAIN_MS.length - 1)] ?? 0;
    if (nowMs - refusal.atMs < pauseMs) return false;
    refusal.count += 1;
    refusal.atMs = nowMs;
    return true;
  }
}
