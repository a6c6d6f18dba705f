/** Waiting for an event with a limit, in tests. */

const LIMIT_MS = 5_000;
const LOOK_MS = 5;

/** Resolves when it holds; rejects with what was waited for when it does not within 5 s. */
export async function until(holds: () => boolean, what: string, limitMs = LIMIT_MS): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`Not within ${limitMs} ms: ${what}.`);
    await new Promise((look) => setTimeout(look, LOOK_MS));
  }
}
