/** Bounds the memory: a look pauses while too many files wait to settle or to be hashed. */

/** Files known to wait before a look pauses. */
const ROOM_FILES = 10_000;

export class Room {
  #waiters: (() => void)[] = [];
  #closed = false;

  /** `filesWaiting` counts the files that take up space. */
  constructor(private readonly filesWaiting: () => number) {}

  /** Resolves when more files may be added. */
  async free(): Promise<void> {
    while (!this.#closed && this.filesWaiting() > ROOM_FILES) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** To be called when files have left. */
  left(): void {
    if (this.#waiters.length === 0) return;
    if (this.filesWaiting() <= ROOM_FILES / 2 || this.#closed) this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}
