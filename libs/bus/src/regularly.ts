/** Everything that a process checks periodically: by one timer, so that an idle process wakes once for all of it. */

const INTERVAL_MS = 2_000;

interface Look {
  readonly look: () => void;
  /** It is called at each so-many-th turn. */
  readonly every: number;
}

const looks = new Set<Look>();
let timer: NodeJS.Timeout | undefined;
let turn = 0;

/** Calls `look` every 2 s, or every `everyMs`, a multiple of that; returns the way to stop. */
export function lookRegularly(look: () => void, everyMs = INTERVAL_MS): () => void {
  const every = everyMs / INTERVAL_MS;
  if (!Number.isInteger(every)) throw new RangeError(`${everyMs} ms is not a multiple`);
  const added = { look, every };
  looks.add(added);
  timer ??= setInterval(lookAround, INTERVAL_MS).unref();
  return () => {
    looks.delete(added);
    if (looks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function lookAround(): void {
  turn += 1;
  for (const { look, every } of looks) if (turn % every === 0) look();
}

/** How often that is, for messages. */
export const LOOK_AGAIN_SECONDS = INTERVAL_MS / 1_000;
