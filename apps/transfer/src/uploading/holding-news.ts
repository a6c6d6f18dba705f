/** Publishes holdings to the other services of this host: a few times per second at most, and never losing the last state. */
import { HOLDINGS_MAX, type HeldContents, nextRevision } from '@iwanto/bus';
import type { Holdings } from './holdings.js';

/** Changes that come closer together than this are published together, in ms. */
const GATHER_MS = 20;

export class HoldingNews {
  #revision = nextRevision();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly holdings: () => Pick<Holdings, 'lines'>,
    private readonly publish: (body: HeldContents) => void,
  ) {}

  changed(): void {
    this.#revision = nextRevision();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.publish(this.body());
    }, GATHER_MS);
  }

  /** Unfinished contents first, then the rest, the latest first. */
  body(): HeldContents {
    const lines = this.holdings().lines();
    const whole = lines.filter(({ isPartial }) => !isPartial).reverse();
    const holdings = [...lines.filter(({ isPartial }) => isPartial), ...whole]
      .slice(0, HOLDINGS_MAX)
      .map(({ root, kind, name, bytes, isPartial }) => {
        return { hash: root, kind, name, size: bytes, partial: isPartial };
      });
    return { revision: this.#revision, holdings };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
