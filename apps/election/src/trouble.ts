/** Tells each kind of trouble once, and again only after a while: a broken network must not fill the log. */

const AGAIN_MS = 60_000;
const KINDS_MAX = 256;
/** Sentences kept for who asks later, such as the doctor. */
const KEPT_MS = 120_000;

interface Said {
  readonly atMs: number;
  readonly sentence: string;
}

export class TroubleTeller {
  readonly #told = new Map<string, number>();
  readonly #kept = new Map<string, Said>();

  constructor(
    private readonly tellOn: (sentence: string) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** `kind` is what makes two troubles the same. */
  tell(kind: string, sentence: string): void {
    const now = this.nowMs();
    if (this.#kept.size >= KINDS_MAX) this.#kept.clear();
    this.#kept.set(kind, { atMs: now, sentence });
    const lastMs = this.#told.get(kind);
    if (lastMs !== undefined && now - lastMs < AGAIN_MS) return;
    if (this.#told.size >= KINDS_MAX) this.#told.clear();
    this.#told.set(kind, now);
    this.tellOn(sentence);
  }
  /** Trouble of the last two minutes. */
  recent(): string[] {
    const sinceMs = this.nowMs() - KEPT_MS;
    return [...this.#kept.values()]
      .filter(({ atMs }) => atMs > sinceMs)
      .map(({ sentence }) => sentence);
  }
}
