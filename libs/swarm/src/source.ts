/** One source of a download: its requests, its speed, and how far it is trusted. */
import type { PeerId } from '@iwanto/wire';
import { Bits } from './bits.js';
import type { SwarmLimits } from './messages.js';

/** How long speed is measured before it is used, in ms. */
const SAMPLE_MS = 100;
/** The weight of the newest sample: a change of speed shows after some 300 ms. */
const SAMPLE_WEIGHT = 0.4;
/** How long a source that has not delivered yet has before others are asked as well, in ms. */
const PATIENCE_MS = 200;
/** Silence, in multiples of the expected time, after which a source gets less to do; and how often this is checked, in ms. */
const STALLED_TIMES = 4;
const STALLED_MS_MIN = 400;
/** How many times the usual duration an answer may take before a source that never delivered is late. */
const UNUSUAL_TIMES = 20;

interface Ask {
  readonly askedMs: number;
  readonly bytes: number;
}

export class Source {
  /** Pieces asked for, in the order of asking: answers come in about the same order. */
  readonly asks = new Map<number, Ask>();
  askedBytes = 0;
  /** Where the search for a wanted piece resumes; undefined before the first. */
  cursor: number | undefined;
  /** Good pieces it sent. */
  delivered = 0;
  /** Bytes per ms; 0 while unknown. */
  #rate = 0;
  #holds: Bits | 'all';
  /** It has not said yet what it has, probably everything, and may be asked for one piece meanwhile. */
  #mayGuess: boolean;
  #guess: number | undefined;
  #shrunkMs = 0;
  #sampleStartMs = 0;
  #sampleBytes = 0;
  #lastProgressMs: number;
  #pausedUntilMs = 0;
  #busyInRow = 0;
  readonly #refusedUntilMs = new Map<number, number>();

  constructor(
    readonly id: PeerId,
    nowMs: number,
    private readonly limits: SwarmLimits,
    { isPartial, probablyAll }: { readonly isPartial: boolean; readonly probablyAll: boolean },
  ) {
    this.#lastProgressMs = nowMs;
    this.#holds = isPartial ? new Bits() : 'all';
    this.#mayGuess = isPartial && probablyAll;
  }

  get holdsAll(): boolean {
    return this.#holds === 'all';
  }

  /** It delivered at least one good piece. */
  get isProved(): boolean {
    return this.delivered > 0;
  }

  holds(piece: number): boolean {
    return this.#mayGuess || this.#holds === 'all' || this.#holds.has(piece);
  }

  /** It was asked for this piece before it had said what it has: lacking it does not count against it. */
  isGuess(piece: number): boolean {
    return this.#guess === piece;
  }

  /** It said what it has. */
  speaks(): void {
    this.#mayGuess = false;
  }

  /** The pieces it claims to have; none are listed if it has all. */
  get held(): Iterable<number> {
    return this.#holds === 'all' ? [] : this.#holds;
  }

  /** True if this is news. */
  gains(piece: number): boolean {
    return this.#holds !== 'all' && this.#holds.add(piece);
  }

  gainsAll(): void {
    this.#holds = 'all';
  }

  mayAsk(file: number): boolean {
    return !this.#refusedUntilMs.has(file);
  }

  isPaused(nowMs: number): boolean {
    return nowMs < this.#pausedUntilMs;
  }

  /** One more request is always allowed to an idle source, however small its window. */
  hasRoom(bytes: number, nowMs: number): boolean {
    if (this.isPaused(nowMs) || this.asks.size >= this.limits.requestsMax) return false;
    // A source that has not delivered yet holds at most one request.
    return (
      this.asks.size === 0 || (this.isProved && this.askedBytes + bytes <= this.#windowBytes())
    );
  }

  #windowBytes(): number {
    const { windowBytesFirst, windowBytesMin, windowBytesMax, windowMs } = this.limits;
    if (this.#rate === 0) return windowBytesFirst;
    return Math.min(windowBytesMax, Math.max(windowBytesMin, this.#rate * windowMs));
  }

  ask(piece: number, bytes: number, nowMs: number): void {
    if (this.asks.size === 0) {
      this.#lastProgressMs = nowMs;
      this.#sampleStartMs = nowMs;
      this.#sampleBytes = 0;
    }
    if (this.#mayGuess) this.#guess = piece;
    this.#mayGuess = false;
    this.asks.set(piece, { askedMs: nowMs, bytes });
    this.askedBytes += bytes;
  }

  /** The source answered, with the piece or with a refusal: returns how long it took, or undefined if it was not asked. */
  settle(piece: number, nowMs: number): number | undefined {
    const ask = this.asks.get(piece);
    if (!ask) return undefined;
    this.asks.delete(piece);
    this.askedBytes -= ask.bytes;
    const tookMs = nowMs - Math.max(ask.askedMs, this.#lastProgressMs);
    this.#lastProgressMs = nowMs;
    return tookMs;
  }

  /** A good piece arrived: updates speed, trust and patience. */
  deliver(bytes: number, nowMs: number): void {
    this.delivered += 1;
    this.#busyInRow = 0;
    this.#sampleBytes += bytes;
    const lastedMs = nowMs - this.#sampleStartMs;
    if (lastedMs < SAMPLE_MS) return;
    const sample = this.#sampleBytes / lastedMs;
    this.#rate = this.#rate === 0 ? sample : this.#rate + SAMPLE_WEIGHT * (sample - this.#rate);
    this.#sampleStartMs = nowMs;
    this.#sampleBytes = 0;
  }

  refuseFile(file: number, nowMs: number): void {
    this.#refusedUntilMs.set(file, nowMs + this.limits.refusedMs);
  }

  pause(nowMs: number): void {
    const { busyMs, busyMsMax } = this.limits;
    this.#pausedUntilMs = nowMs + Math.min(busyMsMax, busyMs * 2 ** this.#busyInRow);
    this.#busyInRow += 1;
  }

  /** Files refused long enough ago may be asked for again. True when there was one. */
  forgive(nowMs: number): boolean {
    let forgiven = false;
    for (const [file, untilMs] of this.#refusedUntilMs) {
      if (untilMs > nowMs) continue;
      this.#refusedUntilMs.delete(file);
      forgiven = true;
    }
    return forgiven;
  }

  /** Less is requested from a source that is silent for much longer than it should be. */
  shrink(nowMs: number): void {
    const silentMs = this.silentMs(nowMs);
    if (this.asks.size === 0 || this.#rate === 0 || nowMs - this.#shrunkMs < STALLED_MS_MIN) return;
    const [head] = this.asks.values();
    const expectedMs = (head?.bytes ?? 0) / this.#rate;
    if (silentMs < Math.max(STALLED_MS_MIN, STALLED_TIMES * expectedMs)) return;
    this.#rate /= 2;
    this.#shrunkMs = nowMs;
  }

  /** How long nothing has arrived although something is requested. */
  silentMs(nowMs: number): number {
    return this.asks.size === 0 ? 0 : nowMs - this.#lastProgressMs;
  }

  /**
   * How late the piece is that it is working on. Those behind it are not late: it could not begin on them.
   * `usualMs`: how long an answer takes here, 0 while nobody has given one. `unusual` blames nobody: a source that
   * never delivered may be slow; it gets more time with each of its `drops`.
   */
  lateness(nowMs: number, usualMs: number, drops: number): 'none' | 'unusual' | 'late' {
    const head = this.asks.values().next();
    if (head.done) return 'none';
    const { deadlineMsMin, unprovedDeadlineMsMin, bytesPerSecondMin } = this.limits;
    const waitedMs = nowMs - Math.max(head.value.askedMs, this.#lastProgressMs);
    const slowMs = Math.max(deadlineMsMin, (head.value.bytes / bytesPerSecondMin) * 1_000);
    if (waitedMs > slowMs) return 'late';
    if (this.isProved || usualMs === 0) return 'none';
    const unusualMs = Math.max(unprovedDeadlineMsMin, UNUSUAL_TIMES * usualMs) * 4 ** drops;
    return waitedMs > unusualMs ? 'unusual' : 'none';
  }

  /** In how many ms `bytes` more, requested now, would be here. */
  expectMs(bytes: number): number {
    return this.#rate === 0 ? PATIENCE_MS : (this.askedBytes + bytes) / this.#rate;
  }

  /** The same for a source that may have gone silent: it is expected ever later. */
  bringsMs(bytes: number, nowMs: number): number {
    return Math.max(this.expectMs(bytes), this.silentMs(nowMs));
  }

  /** When everything requested from it will be here, in ms; a source that went silent is expected ever later. */
  drainMs(nowMs: number): number {
    const silentMs = nowMs - this.#lastProgressMs;
    const workMs = this.#rate === 0 ? PATIENCE_MS : this.askedBytes / this.#rate;
    return silentMs > workMs ? silentMs : workMs - silentMs;
  }
}
