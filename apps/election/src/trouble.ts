/** Tells each kind of trouble once, and again only after a while: a broken network must not fill the log. */

const AGAIN_MS = 60_000;
const KINDS_MAX = 256;

export class TroubleTeller {
  readonly #told = new Map<string, number>();

  constructor(
    private readonly tellOn: (sentence: string) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** `kind` is what makes two troubles the same. */
  tell(kind: string, sentence: string): void {
    const now = this.nowMs();
    const lastMs = this.#told.get(kind);
    if (lastMs !== undefined && now - lastMs < AGAIN_MS) return;
    if (this.#told.size >= KINDS_MAX) this.#told.clear();
    this.#told.set(kind, now);
    this.tellOn(sentence);
  }
}
