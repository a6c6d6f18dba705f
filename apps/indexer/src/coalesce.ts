/** Lets a thing be done immediately and then no more often than every so many ms, the last call never lost. */

export interface Coalesced {
  (): void;
  /** No call after this does anything. */
  stop(): void;
}

export function coalesce(intervalMs: number, work: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  let isStopped = false;
  const run = () => {
    isWanted = false;
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted) run();
    }, intervalMs);
  };
  const call = () => {
    isWanted = true;
    if (!timer && !isStopped) run();
  };
  const stop = () => {
    isStopped = true;
    clearTimeout(timer);
  };
  return Object.assign(call, { stop });
}
