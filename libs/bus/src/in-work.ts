/** How many questions each asker has open: back-pressure per asker, which does not affect others. */
export class InWork {
  readonly #open = new Map<string, number>();

  /** Counts one more; returns how many were open before. */
  begin(asker: string): number {
    const before = this.#open.get(asker) ?? 0;
    this.#open.set(asker, before + 1);
    return before;
  }

  end(asker: string): void {
    const left = (this.#open.get(asker) ?? 1) - 1;
    if (left > 0) this.#open.set(asker, left);
    else this.#open.delete(asker);
  }

  /** The asker is gone. */
  forget(asker: string): void {
    this.#open.delete(asker);
  }
}
