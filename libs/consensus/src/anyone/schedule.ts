/** Things that are said several times, quickly at first: when each time is due, counted from the first. */

/** Milliseconds from time `round` of a schedule to the one after it; undefined after the last. */
export function gapAfterMs(scheduleMs: readonly number[], round: number): number | undefined {
  const [at, next] = [scheduleMs[round], scheduleMs[round + 1]];
  return at === undefined || next === undefined ? undefined : next - at;
}
