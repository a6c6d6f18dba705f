/** Indexing pauses when the database cannot be written, and tries again after a while (HOSTILE 96). */

/** How long it pauses, in ms. */
const PAUSE_MS = 30_000;

export interface PauseOptions {
  /** Replaces PAUSE_MS in tests. */
  readonly pauseMs?: number | undefined;
  readonly onTrouble: (sentence: string) => void;
  readonly onResume: () => void;
}

export class Pause {
  #timer: NodeJS.Timeout | undefined;
  #warning = '';

  constructor(private readonly options: PauseOptions) {}

  /** Why indexing pauses, or an empty text. */
  get warning(): string {
    return this.#warning;
  }

  get isOn(): boolean {
    return this.#warning !== '';
  }

  /** Pauses, or pauses longer. */
  begin(why: string): void {
    if (!this.isOn) this.options.onTrouble(`Indexing pauses: ${why}. It resumes by itself.`);
    this.#warning = `Indexing pauses: ${why}; it resumes by itself`;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#warning = '';
      this.options.onResume();
    }, this.options.pauseMs ?? PAUSE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
