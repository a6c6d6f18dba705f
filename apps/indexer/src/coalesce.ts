/** Calls a function immediately and then at most once per interval, never losing the last call. */

export interface Coalesced {
  (): void;
  /** After this, calls do nothing. */
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
