/** Logs each kind of trouble once, and again only after a while: a broken network must not fill the log. */

const AGAIN_MS = 60_000;
const KINDS_MAX = 256;
/** Recurring trouble is over once it has not recurred for so long. */
const KEPT_MS = 120_000;

interface Said {
  /** Infinity for what is not retried automatically: it is over only when somebody reports so. */
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

  /** Troubles of one `kind` count as the same; one that `lasts` is not logged again until it is over. */
  tell(kind: string, sentence: string, lasts = false): void {
    const now = this.nowMs();
    if (this.#kept.size >= KINDS_MAX) this.#kept.clear();
    this.#kept.set(kind, { atMs: lasts ? Number.POSITIVE_INFINITY : now, sentence });
    const lastMs = this.#told.get(kind);
    if (lastMs !== undefined && now - lastMs < AGAIN_MS) return;
    if (this.#told.size >= KINDS_MAX) this.#told.clear();
    this.#told.set(kind, now);
    this.tellOn(sentence);
  }

  /** It works now: an address that a network card is still checking cannot be bound for a second, and then can. */
  over(kind: string): void {
    this.#kept.delete(kind);
  }

  /** The present troubles. */
  recent(): string[] {
    const sinceMs = this.nowMs() - KEPT_MS;
    return [...this.#kept.values()]
      .filter(({ atMs }) => atMs > sinceMs)
      .map(({ sentence }) => sentence);
  }
}
