/** How far a download is: what is told of it, at most some times a second and at each change of state. */
import type { Download } from '@iwanto/bus';
import type { FailureWords, PeerId } from '@iwanto/wire';

/** News of progress come no closer than this, in ms. */
const TELL_MS = 200;
/** The weight of the newest measurement of speed. */
const SPEED_WEIGHT = 0.3;

export class Progress {
  #view: Download;
  readonly #startedMs: number;
  readonly #peers = new Set<PeerId>();
  #toldMs: number;
  #toldBytes = -1;
  #measuredMs: number;
  #measuredBytes: number;

  constructor(
    view: Omit<Download, 'revision' | 'bytesPerSecond' | 'seconds' | 'sources' | 'failure'>,
    private readonly nowMs: () => number,
    private readonly tell: (view: Download) => void,
  ) {
    this.#startedMs = this.#toldMs = this.#measuredMs = nowMs();
    this.#measuredBytes = view.bytesDone;
    const rest = { revision: 0, bytesPerSecond: 0, seconds: 0, sources: 0, failure: null };
    this.#view = { ...view, ...rest };
  }

  get current(): Download {
    return this.#view;
  }

  /** A change that is told at once. */
  change(change: Partial<Pick<Download, 'state' | 'bytes' | 'files' | 'path' | 'name'>>): void {
    Object.assign(this.#view, change);
    this.#say();
  }

  /** The end, told at once. */
  end(state: 'done' | 'failed' | 'cancelled', failure: FailureWords | null): void {
    Object.assign(this.#view, { state, failure });
    const { seconds } = this.#timed();
    const bytesPerSecond = seconds > 0 ? this.#view.bytesDone / seconds : 0;
    this.#view = { ...this.#view, bytesPerSecond };
    this.#say();
  }

  /** Bytes that need not be fetched: they are there. */
  found(bytes: number): void {
    this.#view.bytesDone += bytes;
    this.#measuredBytes += bytes;
    this.#sayInTime();
  }

  fetched(bytes: number, from: PeerId): void {
    this.#view.bytesDone += bytes;
    this.#peers.add(from);
    this.#sayInTime();
  }

  filesDone(filesDone: number): void {
    this.#view.filesDone = filesDone;
  }

  /** Called now and then: tells what came since the last news, also when nothing comes any more. */
  beat(): void {
    if (this.#view.bytesDone === this.#toldBytes && this.#view.bytesPerSecond === 0) return;
    this.#sayInTime();
  }

  #sayInTime(): void {
    if (this.nowMs() - this.#toldMs < TELL_MS) return;
    this.#measure();
    this.#say();
  }

  #measure(): void {
    const nowMs = this.nowMs();
    const lastedMs = nowMs - this.#measuredMs;
    if (lastedMs <= 0) return;
    const speed = ((this.#view.bytesDone - this.#measuredBytes) * 1_000) / lastedMs;
    const before = this.#view.bytesPerSecond;
    const smooth = before === 0 ? speed : before + SPEED_WEIGHT * (speed - before);
    this.#view.bytesPerSecond = smooth < 1 ? 0 : smooth;
    this.#measuredMs = nowMs;
    this.#measuredBytes = this.#view.bytesDone;
  }

  #timed(): Download {
    return { ...this.#view, seconds: (this.nowMs() - this.#startedMs) / 1_000 };
  }

  #say(): void {
    this.#toldMs = this.nowMs();
    const { revision, bytesDone } = this.#view;
    this.#toldBytes = bytesDone;
    this.#view = { ...this.#timed(), revision: revision + 1, sources: this.#peers.size };
    this.tell(this.#view);
  }
}
