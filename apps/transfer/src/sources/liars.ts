/** Peers that sent bytes other than the hash names: asked after all others, and shown to the user. */
import { LIARS_MAX, type Liar } from '@iwanto/bus';
import { type PeerId, setRecent } from '@iwanto/wire';

/** A bad disk may have been replaced: after this long a peer is asked like any other, in ms. */
const REMEMBERED_MS = 3_600_000;

interface Conduct {
  readonly times: number;
  readonly lastMs: number;
}

export class Liars {
  readonly #lies = new Map<PeerId, Conduct>();

  constructor(private readonly nowMs: () => number) {}

  /** It sent wrong bytes. */
  note(peer: PeerId): void {
    const times = this.has(peer) ? (this.#lies.get(peer)?.times ?? 0) + 1 : 1;
    setRecent(this.#lies, [peer, { times, lastMs: this.nowMs() }], LIARS_MAX);
  }

  has(peer: PeerId): boolean {
    const lie = this.#lies.get(peer);
    return lie !== undefined && this.nowMs() - lie.lastMs < REMEMBERED_MS;
  }

  /** The latest first. */
  list(): Liar[] {
    const nowMs = this.nowMs();
    return [...this.#lies]
      .filter(([peer]) => this.has(peer))
      .map(([peer, { times, lastMs }]) => ({
        ...{ peer, times },
        secondsAgo: Math.floor((nowMs - lastMs) / 1_000),
      }))
      .reverse();
  }
}
