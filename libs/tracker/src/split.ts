/** Words that were typed without what separates them. */

const PIECE_CHARACTERS_MIN = 2;
const PIECE_CHARACTERS_MAX = 20;
/** Longer words are not split. */
const WHOLE_CHARACTERS_MAX = 48;
/** An unknown piece may be misspelt; it counts less than a known one. */
const UNKNOWN_WORTH = 0.35;

interface Cut {
  readonly worth: number;
  readonly from: number;
}

/**
 * The best way to split `word` into pieces that are words, long ones preferred; unknown pieces stay whole.
 * Undefined if no way has a known piece.
 */
export function split(word: string, worthOf: (piece: string) => number): string[] | undefined {
  if (word.length < PIECE_CHARACTERS_MIN * 2 || word.length > WHOLE_CHARACTERS_MAX)
    return undefined;
  const cuts: Cut[] = [{ worth: 0, from: 0 }];
  for (let end = 1; end <= word.length; end += 1) cuts.push(bestCut(word, end, { cuts, worthOf }));
  const pieces: string[] = [];
  for (let end = word.length; end > 0;) {
    const from = cuts[end]?.from ?? 0;
    pieces.unshift(word.slice(from, end));
    end = from;
  }
  return pieces.length > 1 && pieces.some((piece) => worthOf(piece) > 0) ? pieces : undefined;
}

function bestCut(
  word: string,
  end: number,
  { cuts, worthOf }: { cuts: readonly Cut[]; worthOf: (piece: string) => number },
): Cut {
  let best: Cut = { worth: -Infinity, from: Math.max(0, end - 1) };
  for (let from = Math.max(0, end - PIECE_CHARACTERS_MAX); from < end; from += 1) {
    if (from === 0 && end === word.length) continue;
    const piece = word.slice(from, end);
    const before = cuts[from]?.worth ?? 0;
    const known = piece.length < PIECE_CHARACTERS_MIN ? 0 : worthOf(piece);
    const worth =
      before + (known > 0 ? known * piece.length ** 2 : UNKNOWN_WORTH * piece.length - 1);
    if (worth > best.worth) best = { worth, from };
  }
  return best;
}
