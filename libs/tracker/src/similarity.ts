/** The distance of two words: letters to delete, insert, replace or swap with their neighbour. */

/** Longer words are compared by their beginning only: the work grows with the square. */
export const COMPARED_CHARACTERS_MAX = 64;

const WIDTH = COMPARED_CHARACTERS_MAX + 1;
/** Three rows are all that is needed: the swap looks two back. */
const rows = [new Uint8Array(WIDTH), new Uint8Array(WIDTH), new Uint8Array(WIDTH)] as const;

/**
 * The optimal string alignment distance of two words (Damerau), or `limit + 1` as soon as it is larger than `limit`.
 */
export function distance(left: string, right: string, limit: number): number {
  if (left === right) return 0;
  const a = left.length > COMPARED_CHARACTERS_MAX ? left.slice(0, COMPARED_CHARACTERS_MAX) : left;
  const b =
    right.length > COMPARED_CHARACTERS_MAX ? right.slice(0, COMPARED_CHARACTERS_MAX) : right;
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let [before, above, row]: [Uint8Array, Uint8Array, Uint8Array] = [rows[0], rows[1], rows[2]];
  for (let j = 0; j <= b.length; j += 1) above[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    if (fillRow({ a, b, i, limit, before, above, row }) > limit) return limit + 1;
    [before, above, row] = [above, row, before];
  }
  return Math.min(limit + 1, above[b.length] ?? 0);
}

/** One bit for each letter that a word has, some letters sharing one, to reject distant words immediately. */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at += 1) letters |= 1 << (word.charCodeAt(at) & 31);
  return letters;
}

/** False if two words cannot be within `limit` of each other: each edit changes two letters at most. */
export function mayBeNear(left: number, right: number, limit: number): boolean {
  let differing = left ^ right;
  let bits = 0;
  for (; differing !== 0 && bits <= limit * 2; bits += 1) differing &= differing - 1;
  return bits <= limit * 2;
}

interface Row {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly limit: number;
  readonly before: Uint8Array;
  readonly above: Uint8Array;
  readonly row: Uint8Array;
}

/** Fills row `i` of the table and gives its smallest number: no later one can be smaller. */
function fillRow({ a, b, i, limit, before, above, row }: Row): number {
  // Only the band around the diagonal can stay within the limit; its edges count as too far.
  const from = Math.max(1, i - limit);
  const to = Math.min(b.length, i + limit);
  row[from - 1] = from === 1 ? i : limit + 1;
  if (to === i + limit) above[to] = limit + 1;
  let least = row[from - 1] ?? 0;
  const letter = a.charCodeAt(i - 1);
  const earlier = a.charCodeAt(i - 2);
  for (let j = from; j <= to; j += 1) {
    const other = b.charCodeAt(j - 1);
    let cost = (above[j - 1] ?? 0) + (letter === other ? 0 : 1);
    cost = Math.min(cost, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
    if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && earlier === other) {
      cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
    }
    row[j] = cost;
    if (cost < least) least = cost;
  }
  return least;
}
