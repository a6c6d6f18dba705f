/** How far indexing has got, how fast it is, and how long it will take. */
import type { Indexing as IndexingState } from '@iwanto/bus';

/** The time over which the rate is measured, in ms. */
const RATE_WINDOW_MS = 5_000;
/** Samples are at least so far apart, in ms. */
const SAMPLE_INTERVAL_MS = 100;

export interface Remaining {
  readonly files: number;
  readonly bytes: number;
  readonly active: boolean;
}

/** Counts one run of work: from the first file after an idle time to the next idle time. */
export class Progress {
  readonly #nowMs: () => number;
  readonly #samples: { atMs: number; bytes: number }[] = [];
  #files = 0;
  #bytes = 0;
  /** Bytes of large files not whole yet. */
  #partial = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  fileDone(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    this.#sample();
  }

  bytesDone(bytes: number): void {
    this.#partial += bytes;
    this.#sample();
  }

  /** A file whose bytes were counted one by one is finished, or given up. */
  partialEnded(bytes: number): void {
    this.#partial = Math.max(0, this.#partial - bytes);
  }

  /** Nothing is left to do: the next file begins a new count. */
  rest(): void {
    this.#files = 0;
    this.#bytes = 0;
    this.#partial = 0;
    this.#samples.length = 0;
  }

  state({ files, bytes, active }: Remaining): IndexingState {
    const done = Math.min(this.#bytes + this.#partial, this.#bytes + bytes);
    const total = this.#bytes + bytes;
    const rate = this.#rate();
    return {
      active,
      filesDone: this.#files,
      filesTotal: this.#files + files,
      bytesDone: done,
      bytesTotal: total,
      bytesPerSecond: rate,
      secondsLeft: rate ? (total - done) / rate : null,
    };
  }

  #sample(): void {
    const atMs = this.#nowMs();
    if (atMs - (this.#samples.at(-1)?.atMs ?? -Infinity) < SAMPLE_INTERVAL_MS) return;
    this.#samples.push({ atMs, bytes: this.#bytes + this.#partial });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - RATE_WINDOW_MS) this.#samples.shift();
  }

  #rate(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs <= first.atMs) return null;
    return Math.max(0, ((last.bytes - first.bytes) * 1_000) / (last.atMs - first.atMs));
  }
}
