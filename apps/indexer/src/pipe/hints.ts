/** Stage 1, hint: collects what watchers report until they pause for a moment, so that a burst costs one scan and not thousands. */

/** Hints are acted on after this long without a new one, and at the latest this long after the first, in ms. */
const QUIET_MS = 20;
const WAIT_MAX_MS = 250;
/** With more names than this the whole directory is read. */
const NAMES_MAX = 64;
/** So many hints at the same time may mean that the system dropped some: everything is compared (inotify holds 16,384 unless it was set otherwise). */
const HINTS_DOUBTED = 8_192;

/** Names of a directory that may have changed; undefined for all of them. */
export type DirtyDirectories = ReadonlyMap<string, ReadonlySet<string> | undefined>;

export interface HintsOptions {
  readonly onQuiet: (dirty: DirtyDirectories) => void;
  /** So many arrived at the same time that some may be missing. */
  readonly onFlood: () => void;
}

export class Hints {
  #dirty = new Map<string, Set<string> | undefined>();
  #count = 0;
  #firstMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: HintsOptions) {}

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(directory: string, name: string | undefined): void {
    const nowMs = performance.now();
    if (this.#count === 0) this.#firstMs = nowMs;
    this.#count += 1;
    this.#note(directory, name);
    const waitMs = Math.min(QUIET_MS, this.#firstMs + WAIT_MAX_MS - nowMs);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#handOn(), Math.max(0, waitMs));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #note(directory: string, name: string | undefined): void {
    if (name === undefined) {
      this.#dirty.set(directory, undefined);
      return;
    }
    if (!this.#dirty.has(directory)) this.#dirty.set(directory, new Set());
    const names = this.#dirty.get(directory);
    names?.add(name);
    if (names && names.size > NAMES_MAX) this.#dirty.set(directory, undefined);
  }

  #handOn(): void {
    const [dirty, count] = [this.#dirty, this.#count];
    this.#dirty = new Map();
    this.#count = 0;
    if (count >= HINTS_DOUBTED) this.options.onFlood();
    this.options.onQuiet(dirty);
  }
}
