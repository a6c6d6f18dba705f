/** One source of a download: what it is asked for, how fast it is, how far it is trusted. */
import type { PeerId } from '@iwanto/wire';
import type { SwarmLimits } from './messages.js';

/** How long speed is measured before it is taken over, in ms. */
const SAMPLE_MS = 100;
/** The weight of the newest sample: a change of speed shows after some 300 ms. */
const SAMPLE_WEIGHT = 0.4;
/** What a source that has not delivered yet is given before others are asked as well, in ms. */
const PATIENCE_MS = 500;

interface Ask {
  readonly askedMs: number;
  readonly bytes: number;
}

export class Source {
  /** Pieces asked for, in the order of asking: answers come in about the same order. */
  readonly asks = new Map<number, Ask>();
  askedBytes = 0;
  /** Where the search for a wanted piece goes on. */
  cursor = 0;
  /** Good pieces it sent. */
  delivered = 0;
  /** Bytes per ms; 0 while unknown. */
  #rate = 0;
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
  ) {
    this.#lastProgressMs = nowMs;
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
    return this.asks.size === 0 || this.askedBytes + bytes <= this.#windowBytes();
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
    this.asks.set(piece, { askedMs: nowMs, bytes });
    this.askedBytes += bytes;
  }

  /** The source answered, with the piece or with a refusal. False: it was not asked for it. */
  settle(piece: number, nowMs: number): boolean {
    const ask = this.asks.get(piece);
    if (!ask) return false;
    this.asks.delete(piece);
    this.askedBytes -= ask.bytes;
    this.#lastProgressMs = nowMs;
    return true;
  }

  /** A good piece came: speed, trust and patience follow. */
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

  /** True when the piece it works on is late. Those behind it are not: it could not begin on them. */
  isLate(nowMs: number): boolean {
    const head = this.asks.values().next();
    if (head.done) return false;
    const { deadlineMsMin, bytesPerSecondMin } = this.limits;
    const sinceMs = Math.max(head.value.askedMs, this.#lastProgressMs);
    const allowedMs = Math.max(deadlineMsMin, (head.value.bytes / bytesPerSecondMin) * 1_000);
    return nowMs - sinceMs > allowedMs;
  }

  /** When `bytes` more, asked for now, would be here: in how many ms. */
  expectMs(bytes: number): number {
    return this.#rate === 0 ? PATIENCE_MS : (this.askedBytes + bytes) / this.#rate;
  }

  /** When all it is asked for will be here, in ms; a source that went silent is expected ever later. */
  drainMs(nowMs: number): number {
    const silentMs = nowMs - this.#lastProgressMs;
    const workMs = this.#rate === 0 ? PATIENCE_MS : this.askedBytes / this.#rate;
    return silentMs > workMs ? silentMs : workMs - silentMs;
  }
}
