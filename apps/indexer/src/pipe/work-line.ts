/** One task after the other; a task that is already queued is not queued again. */

export class WorkLine {
  #last: Promise<void> = Promise.resolve();
  #length = 0;
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #onTrouble: (cause: unknown) => void;

  constructor(onTrouble: (cause: unknown) => void) {
    this.#onTrouble = onTrouble;
  }

  get isBusy(): boolean {
    return this.#length > 0;
  }

  /** Runs `work` after all that came before; with `key`, joins work of that key that has not begun. Never rejects. */
  add(work: () => Promise<void>, key?: string): Promise<void> {
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (waiting) return waiting;
    this.#length += 1;
    const run = this.#last
      .then(() => {
        if (key !== undefined) this.#waiting.delete(key);
        return work();
      })
      .catch((cause: unknown) => this.#onTrouble(cause))
      .finally(() => {
        this.#length -= 1;
      });
    if (key !== undefined) this.#waiting.set(key, run);
    this.#last = run;
    return run;
  }
}
