/** What a download knows about the conduct of its sources. It outlives a lost line: reconnecting does not clear it. */
import type { PeerId } from '@iwanto/wire';
import type { SwarmLimits } from './messages.js';

export class Trust {
  readonly #points = new Map<PeerId, number>();
  readonly #banned = new Set<PeerId>();
  readonly #drops = new Map<PeerId, number>();

  constructor(private readonly limits: Pick<SwarmLimits, 'trustMax' | 'banAt'>) {}

  isBanned(id: PeerId): boolean {
    return this.#banned.has(id);
  }

  ban(id: PeerId): void {
    this.#banned.add(id);
  }

  /** A good piece arrived. */
  earn(id: PeerId): void {
    this.#points.set(id, Math.min(this.limits.trustMax, this.#pointsOf(id) + 1));
  }

  /** Counts a fault. True if it was one too many. */
  strike(id: PeerId): boolean {
    this.#points.set(id, this.#pointsOf(id) - 1);
    return this.#pointsOf(id) <= this.limits.banAt;
  }

  /** How often it was dropped for being slow: it gets more time each time. */
  dropsOf(id: PeerId): number {
    return this.#drops.get(id) ?? 0;
  }

  dropped(id: PeerId): void {
    this.#drops.set(id, this.dropsOf(id) + 1);
  }

  #pointsOf(id: PeerId): number {
    return this.#points.get(id) ?? 0;
  }
}
