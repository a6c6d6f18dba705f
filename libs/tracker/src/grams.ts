/** The shapes of a word: every two or three neighbouring characters as a number, so that misspelt words share most. */

/** How many different grams are told apart; others share a number, which costs a comparison but never a wrong result. */
export const GRAM_KINDS = 2 ** 16;

/** Added before and after each word, so that beginnings and ends weigh more and short words have grams too. */
const BORDER = 1;

const gramOf = (first: number, second: number, third: number) =>
  ((Math.imul(first, 0x9e37_79b1) ^
    Math.imul(second, 0x85eb_ca77) ^
    Math.imul(third, 0xc2b2_ae3d)) >>>
    10) &
  (GRAM_KINDS - 1);

/** The different grams of a word: its trigrams with those at both borders. */
export function gramsOf(word: string): number[] {
  const grams = startGrams(word);
  const end = word.length;
  grams.push(gramOf(word.charCodeAt(end - 2), word.charCodeAt(end - 1), BORDER));
  return [...new Set(grams)];
}

/** The grams of everything that begins with `start`, at least two characters long. */
export function startGrams(start: string): number[] {
  const grams = [gramOf(BORDER, start.charCodeAt(0), start.charCodeAt(1))];
  return grams.concat(innerGrams(start));
}

/** The grams of everything that contains `part`. */
export function innerGrams(part: string): number[] {
  const grams: number[] = [];
  for (let at = 2; at < part.length; at += 1) {
    grams.push(gramOf(part.charCodeAt(at - 2), part.charCodeAt(at - 1), part.charCodeAt(at)));
  }
  return grams;
}
