/** The first success of several attempts that start one after the other, the faster the longer none succeeds. */

/**
 * Begins the first try; as long as none succeeded, twice as many run after each `hedgeMs`, and the next one begins
 * when one ended without success. Undefined when all did. A try must not reject.
 */
export function firstOf<T>(
  tries: readonly (() => Promise<T | undefined>)[],
  hedgeMs: number,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    let begun = 0;
    let ended = 0;
    let isDone = false;
    const finish = (result: T | undefined) => {
      isDone = true;
      clearInterval(timer);
      resolve(result);
    };
    const begin = () => {
      const next = tries[begun];
      if (isDone || !next) return;
      begun += 1;
      void next().then((result) => {
        ended += 1;
        if (isDone) return;
        if (result !== undefined || ended === tries.length) finish(result);
        else begin();
      });
    };
    const timer = setInterval(() => {
      for (let more = begun - ended; more > 0; more -= 1) begin();
    }, hedgeMs);
    if (tries.length === 0) finish(undefined);
    else begin();
  });
}
