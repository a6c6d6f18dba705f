/** How many questions each asker has open: the back-pressure that one asker meets and others do not. */
export class InWork {
  readonly #open = new Map<string, number>();

  /** Counts one more; says how many were open before. */
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
