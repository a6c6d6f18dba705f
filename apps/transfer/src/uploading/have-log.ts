/** The pieces of one content that are there, in the order of arrival, and who waits for more. */

/** How long news of pieces are gathered, in ms. */
export const GATHER_MS = 100;

export class HaveLog {
  readonly #pieces: number[] = [];
  readonly #known = new Set<number>();
  readonly #waiting = new Set<() => void>();

  get count(): number {
    return this.#pieces.length;
  }

  has(piece: number): boolean {
    return this.#known.has(piece);
  }

  add(piece: number): void {
    if (this.#known.has(piece)) return;
    this.#known.add(piece);
    this.#pieces.push(piece);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Pieces that arrived after the first `known`, at most `limit`. */
  since(known: number, limit: number): readonly number[] {
    return this.#pieces.slice(known, known + limit);
  }

  /** Calls `wake` at each new piece, until the returned function is called. */
  onNews(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}
