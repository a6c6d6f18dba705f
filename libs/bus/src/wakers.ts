/** Waiters for the next call, a time limit, or a signal, whichever comes first. */

export interface WaitLimits {
  /** Without one only a call or the signal ends the wait. */
  readonly limitMs?: number | undefined;
  readonly signal?: AbortSignal;
}

export class Wakers {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next `wake`, after `limitMs`, or when the signal aborts. Never rejects. */
  next({ limitMs, signal }: WaitLimits): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = limitMs === undefined ? undefined : setTimeout(wake, limitMs);
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
      if (signal?.aborted) wake();
    });
  }

  /** Ends all present waits. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
