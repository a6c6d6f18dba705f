/** Sorting in turns: twenty thousand names, compared as people expect, take longer than anybody may be kept waiting. */
import type { WorkTurns } from '@iwanto/wire';

/** How many are made and sorted in one turn, and how many are merged in one. */
const RUN = 256;
const MERGED = 4_096;
/** What it costs to make one and to sort it into its run, in steps. */
const MADE_STEPS = 32;

export interface Order<T> {
  /** How many of the first are wanted. */
  readonly most: number;
  readonly compare: (a: T, b: T) => number;
}

/** The first of all that `make` makes of the given; equal ones stay in order. */
export function* sortedTurns<S, T>(
  given: readonly S[],
  make: (one: S) => T,
  order: Order<T>,
): WorkTurns<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < given.length; from += RUN) {
    runs.push(
      given
        .slice(from, from + RUN)
        .map(make)
        .sort(order.compare),
    );
    yield RUN * MADE_STEPS;
  }
  while (runs.length > 1) {
    const halved: T[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      halved.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? [], order));
    runs = halved;
  }
  return (runs[0] ?? []).slice(0, order.most);
}

function* merged<T>(
  left: readonly T[],
  right: readonly T[],
  { most, compare }: Order<T>,
): WorkTurns<T[]> {
  const both: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length && both.length < most) {
    const [a, b] = [left[l] as T, right[r] as T];
    const isLeft = compare(a, b) <= 0;
    both.push(isLeft ? a : b);
    if (isLeft) l += 1;
    else r += 1;
    if (both.length % MERGED === 0) yield MERGED;
  }
  return [...both, ...left.slice(l), ...right.slice(r)].slice(0, most);
}
