/** How much may be written to a log: a flood of one kind of line becomes one line per second, with its count. */
import { type Bucket, type Rate, refilled, setRecent, spend } from '@iwanto/wire';

/** Lines of one kind: a burst passes before the limit applies. */
const KIND_RATE: Rate = { perSecond: 1, burst: 5 };
/** Lines of all kinds: inventing new kinds is bounded too. */
const ALL_RATE: Rate = { perSecond: 100, burst: 100 };
/** Kinds that are remembered; the oldest is forgotten. */
const KINDS_MAX = 256;

interface Kind {
  bucket: Bucket;
  held: number;
}

export class LogLimit {
  readonly #kinds = new Map<string, Kind>();
  #all: Bucket | undefined;

  /** The number of lines held back before this one that may be written; undefined if this one may not. */
  pass(message: string, nowMs: number): number | undefined {
    const kind = this.#kindOf(message, nowMs);
    kind.bucket = refilled(kind.bucket, KIND_RATE, nowMs);
    this.#all = refilled(this.#all, ALL_RATE, nowMs);
    if (!spend(kind.bucket, this.#all)) {
      kind.held += 1;
      return undefined;
    }
    const { held } = kind;
    kind.held = 0;
    return held;
  }

  /** What differs between lines of one kind is numbers, hashes, addresses and what is in quotes. */
  #kindOf(message: string, nowMs: number): Kind {
    const name = message.slice(0, 500).replace(/"[^"]*"|\S*[\d/\\]\S*/g, '#');
    const known = this.#kinds.get(name);
    if (known) return known;
    const kind = { bucket: refilled(undefined, KIND_RATE, nowMs), held: 0 };
    setRecent(this.#kinds, [name, kind], KINDS_MAX);
    return kind;
  }
}
