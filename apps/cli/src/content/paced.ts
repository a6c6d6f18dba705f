/**
 * A gentle start: a client that asks for all that follows a place often closes the line soon, as televisions and
 * programs that seek do, and what is buffered then was fetched in vain. So it is given a frame's worth quickly and
 * the rest at the rate of a film, until it has shown that it stays.
 */
import { setTimeout as wait } from 'node:timers/promises';

const FIRST_BYTES = 393_216;
const STEP_BYTES = 65_536;
const STEP_MS = 30;
/** A client that is still connected after this time is reading on, in ms. */
export const STAYS_MS = 300;

/** `untilMs`: for how long it is gentle. */
export async function* paced(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  untilMs = STAYS_MS,
): AsyncGenerator<Uint8Array> {
  const startMs = performance.now();
  let given = 0;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length;) {
      if (signal.aborted) return;
      const isFree = performance.now() - startMs >= untilMs;
      if (!isFree && given >= FIRST_BYTES) await wait(STEP_MS);
      const step = isFree ? bytes.subarray(at) : bytes.subarray(at, at + STEP_BYTES);
      given += step.length;
      at += step.length;
      yield step;
    }
  }
}
