/** How much may be written to a log: a flood of one kind of line is one line each second, with its count. */

/** Lines of one kind that pass at the same time before the limit holds. */
const BURST = 5;
const REFILL_MS = 1_000;
/** Lines of all kinds within a second: whoever invents new kinds is bounded too. */
const ALL_PER_SECOND = 100;
/** Kinds that are remembered; the oldest is forgotten. */
const KINDS_MAX = 256;

interface Kind {
  tokens: number;
  filledMs: number;
  held: number;
}

export class LogLimit {
  readonly #kinds = new Map<string, Kind>();
  readonly #all: Kind = { tokens: ALL_PER_SECOND, filledMs: 0, held: 0 };

  /** The number of lines held back before this one that may be written; undefined where this one may not. */
  pass(message: string, nowMs: number): number | undefined {
    const kind = this.#kindOf(message, nowMs);
    refill(kind, BURST, 1, nowMs);
    refill(this.#all, ALL_PER_SECOND, ALL_PER_SECOND, nowMs);
    if (kind.tokens < 1 || this.#all.tokens < 1) {
      kind.held += 1;
      return undefined;
    }
    kind.tokens -= 1;
    this.#all.tokens -= 1;
    const { held } = kind;
    kind.held = 0;
    return held;
  }

  /** What differs between lines of one kind is numbers, hashes, addresses and what stands in quotes. */
  #kindOf(message: string, nowMs: number): Kind {
    const name = message.slice(0, 500).replace(/"[^"]*"|\S*[\d/\\]\S*/g, '#');
    const known = this.#kinds.get(name);
    if (known) return known;
    const kind = { tokens: BURST, filledMs: nowMs, held: 0 };
    this.#kinds.set(name, kind);
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > KINDS_MAX && oldest !== undefined) this.#kinds.delete(oldest);
    return kind;
  }
}

function refill(kind: Kind, most: number, perSecond: number, nowMs: number): void {
  const gained = ((nowMs - kind.filledMs) / REFILL_MS) * perSecond;
  kind.tokens = Math.min(most, kind.tokens + gained);
  kind.filledMs = nowMs;
}
