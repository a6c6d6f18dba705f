/** The log line of a host that hears nobody: no other line would say why no peer is seen. */

/** A host that is there was heard by then: a leader multicasts every second. */
export const SILENCE_MS = 30_000;

/** Writes once, if nobody was heard since the start. Returns what cancels it. */
export function logSilence(heard: () => number, write: (sentence: string) => void): () => void {
  const timer = setTimeout(() => {
    if (heard() > 0) return;
    write(
      `No other host was heard in the first ${SILENCE_MS / 1_000} s. If one should be there, run "iwanto doctor HOST" for its address: packets may be dropped in both directions.`,
    );
  }, SILENCE_MS);
  return () => clearTimeout(timer);
}
