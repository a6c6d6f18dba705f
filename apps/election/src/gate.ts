/**
 * Which datagrams are admitted: a limited number from one source and from all strangers together, and none from a
 * source whose signatures keep failing. Members have a separate budget, so that a flood of strangers does not
 * silence them (HOSTILE 5, 13; limits of the security model, section 5).
 */
import {
  type Address,
  type Bucket,
  type Rate,
  Recent,
  isLoopback,
  refilled,
  spend,
} from '@iwanto/wire';

/** Datagrams per second from one source. */
export const PER_SOURCE_PER_SECOND = 200;
/** Datagrams per second from all sources without a recent valid signature. */
export const STRANGERS_PER_SECOND = 1_000;
/** Datagrams per second from all other sources: 4,096 members that ping every 5 s, doubled. */
export const ACQUAINTED_PER_SECOND = 2_000;
/** More bad signatures than this in one second, and the source is ignored for a while. */
export const BAD_SIGNATURES_PER_SECOND = 100;
export const IGNORE_MS = 10_000;
/** How long a good signature makes a source known. */
const KNOWN_MS = 30_000;
/** Sources remembered: strangers must not fill memory (I12). */
const SOURCES_MAX = 4_096;

/** So many per second, and as many in a burst. */
class Budget {
  readonly #rate: Rate;
  #bucket: Bucket;

  constructor(perSecond: number, nowMs: number) {
    this.#rate = { perSecond, burst: perSecond };
    this.#bucket = refilled(undefined, this.#rate, nowMs);
  }

  take(nowMs: number): boolean {
    this.#bucket = refilled(this.#bucket, this.#rate, nowMs);
    return spend(this.#bucket);
  }
}

interface Source {
  readonly all: Budget;
  readonly bad: Budget;
  knownUntilMs: number;
  ignoredUntilMs: number;
}

export class Gate {
  /** Kept apart, so that a crowd of forged sources does not push out the ones that are known. */
  readonly #known = new Recent<string, Source>(SOURCES_MAX);
  readonly #others = new Recent<string, Source>(SOURCES_MAX);
  readonly #strangers: Budget;
  readonly #acquainted: Budget;

  constructor(nowMs: number) {
    this.#strangers = new Budget(STRANGERS_PER_SECOND, nowMs);
    this.#acquainted = new Budget(ACQUAINTED_PER_SECOND, nowMs);
  }

  /** True if a datagram from there may be processed. */
  admits(from: Address, nowMs: number): boolean {
    const source = this.#source(from, nowMs);
    if (nowMs < source.ignoredUntilMs || !source.all.take(nowMs)) return false;
    const shared = nowMs < source.knownUntilMs ? this.#acquainted : this.#strangers;
    return shared.take(nowMs);
  }

  /** A signature from there was valid. */
  passed(from: Address, nowMs: number): void {
    const source = this.#source(from, nowMs);
    source.knownUntilMs = nowMs + KNOWN_MS;
    this.#known.set(keyOf(from), source);
  }

  /** A signature from there was invalid. */
  failed(from: Address, nowMs: number): void {
    const source = this.#source(from, nowMs);
    if (!source.bad.take(nowMs)) source.ignoredUntilMs = nowMs + IGNORE_MS;
  }

  #source(from: Address, nowMs: number): Source {
    const key = keyOf(from);
    const known = this.#known.get(key);
    if (known) return known;
    const source = this.#others.get(key) ?? {
      all: new Budget(PER_SOURCE_PER_SECOND, nowMs),
      bad: new Budget(BAD_SIGNATURES_PER_SECOND, nowMs),
      knownUntilMs: -Infinity,
      ignoredUntilMs: -Infinity,
    };
    this.#others.set(key, source);
    return source;
  }
}

/** All peers of this host share one address: there the port tells them apart. */
const keyOf = ({ address, port }: Address): string =>
  isLoopback(address) ? `${address} ${port}` : address;
