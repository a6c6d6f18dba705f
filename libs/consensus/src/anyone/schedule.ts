/** Messages that are repeated, quickly at first: when each repetition is due, counted from the first. */

/** Milliseconds from entry `round` of a schedule to the next; undefined after the last. */
export function gapAfterMs(scheduleMs: readonly number[], round: number): number | undefined {
  const [at, next] = [scheduleMs[round], scheduleMs[round + 1]];
  return at === undefined || next === undefined ? undefined : next - at;
}
