/** Everything that a process checks periodically: by one timer, in one wake-up. */

const INTERVAL_MS = 2_000;

const looks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/** Calls `look` every 2 s; returns the way to stop. */
export function lookRegularly(look: () => void): () => void {
  looks.add(look);
  timer ??= setInterval(() => looks.forEach((each) => each()), INTERVAL_MS).unref();
  return () => {
    looks.delete(look);
    if (looks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** How often that is, for messages. */
export const LOOK_AGAIN_SECONDS = INTERVAL_MS / 1_000;
