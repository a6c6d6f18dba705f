/** Decides what it means that sources refuse what they are listed as holding. Pure: times come in, decisions come out. */
import type { PeerId, Refusal as Reason } from '@iwanto/wire';

/** Pauses before a source that refused is asked again while it is still listed as a holder, in ms. */
const AGAIN_MS = [400, 800, 1_600, 3_200, 6_400] as const;
/** When no holder is listed any more: how long a source may take to rehash what was only touched, in ms. */
export const GONE_MS = 3_000;

/** Whether a refusal means that the source does not have what it is listed as holding. */
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

  /** A source says that it does not, or no longer, have what it was asked for. */
  refused(peer: PeerId, nowMs: number): void {
    const known = this.#by.get(peer);
    if (!known) this.#by.set(peer, { count: 0, atMs: nowMs });
  }

  /** Good bytes arrived: somebody has it. */
  fed(): void {
    this.#nobodySinceMs = undefined;
  }

  /** The present holders according to the tracker; returns those to ask again. */
  located(holders: readonly PeerId[], nowMs: number): PeerId[] {
    this.#nobodySinceMs = holders.length > 0 ? undefined : (this.#nobodySinceMs ?? nowMs);
    return holders.filter((peer) => this.#mayAskAgain(peer, nowMs));
  }

  /** True when it is gone: refused, and for some time without a listed holder. */
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
