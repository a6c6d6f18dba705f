/**
 * What has arrived and waits for its turn (S58). A host that has more to do than it can does what is fresh: whoever sent a
 * datagram long ago has sent another one since, or no longer waits. Without this, thirty hosts that shared two processors
 * answered each other seconds too late, which made each of them ask again, and never came to an end.
 */

/** A datagram that has waited this long is dropped, in ms: the period of the fastest beat. */
const STALE_MS = 100;
/** More than this many are not kept; the oldest goes first. */
const WAITING_MAX = 1_024;

interface Waiting<T> {
  readonly item: T;
  readonly sinceMs: number;
}

export class Inbox<T> {
  #waiting: Waiting<T>[] = [];
  /** Everything before this place was taken. */
  #taken = 0;

  constructor(private readonly dropped: (item: T) => void) {}

  get isEmpty(): boolean {
    return this.#taken === this.#waiting.length;
  }

  put(item: T, nowMs: number): void {
    this.#waiting.push({ item, sinceMs: nowMs });
    if (this.#waiting.length - this.#taken > WAITING_MAX) this.#drop(this.#next());
  }

  /** The next one that is fresh, if any. */
  take(nowMs: number): T | undefined {
    for (let next = this.#next(); next; next = this.#next()) {
      if (nowMs - next.sinceMs <= STALE_MS) {
        this.#forget();
        return next.item;
      }
      this.#drop(next);
    }
    return undefined;
  }

  #next(): Waiting<T> | undefined {
    return this.#waiting[this.#taken];
  }

  #drop(oldest: Waiting<T> | undefined): void {
    if (!oldest) return;
    this.#forget();
    this.dropped(oldest.item);
  }

  #forget(): void {
    this.#taken += 1;
    if (this.isEmpty || this.#taken > WAITING_MAX) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
  }
}
