/** The known word that was probably meant by one that is not known. */

/** The number of edits at which a word of this many letters is still near: two edits of three letters would match anything. */
const NEAR: readonly (readonly [letters: number, steps: number])[] = [
  [2, 0],
  [4, 1],
];
const NEAR_STEPS_MAX = 2;

/** Edits from one word to the other: a letter added, removed, replaced, or two neighbours swapped. */
export function distance(one: string, other: string): number {
  let [before, last]: [number[], number[]] = [
    [],
    Array.from({ length: other.length + 1 }, (_, at) => at),
  ];
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const same = one[row - 1] === other[at - 1];
      const swapped = one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      const steps = [
        (last[at] ?? 0) + 1,
        (now[at - 1] ?? 0) + 1,
        (last[at - 1] ?? 0) + (same ? 0 : 1),
        ...(swapped ? [(before[at - 2] ?? 0) + 1] : []),
      ];
      now.push(Math.min(...steps));
    }
    [before, last] = [last, now];
  }
  return last[other.length] ?? 0;
}

/** The known word that was probably meant; none if nothing is near. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const most = NEAR.find(([letters]) => typed.length <= letters)?.[1] ?? NEAR_STEPS_MAX;
  return known
    .map((word) => ({ word, far: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, far }) => far <= most && far < Math.min(typed.length, word.length))
    .toSorted((a, b) => a.far - b.far)[0]?.word;
}
