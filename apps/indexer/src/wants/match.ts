/** Whether a path is what somebody wants: every word of the want occurs in it, the last ones of a long word forgiven one slip. */

/** A word this long may have one letter wrong: shorter ones would become other words. */
const FORGIVEN_LETTERS_MIN = 6;

const folded = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The words of a text, without case, accents and signs. */
export const wordsOf = (text: string): string[] =>
  folded(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** True when each wanted word is a word of the path or begins one. */
export const isWanted = (wanted: readonly string[], path: string): boolean =>
  areAmong(wanted, wordsOf(path));

/** The same for the words of a path that is compared with many wants. */
export const areAmong = (wanted: readonly string[], words: readonly string[]): boolean =>
  wanted.length > 0 &&
  wanted.every((want) => words.some((word) => word.startsWith(want) || isNear(want, word)));

/** One letter other, more or less; never in a number. */
function isNear(want: string, word: string): boolean {
  if (want.length < FORGIVEN_LETTERS_MIN || /\p{N}/u.test(want)) return false;
  if (Math.abs(want.length - word.length) > 1) return false;
  let front = 0;
  while (front < want.length && want[front] === word[front]) front += 1;
  let back = 0;
  const most = Math.min(want.length, word.length) - front;
  while (back < most && want.at(-1 - back) === word.at(-1 - back)) back += 1;
  return Math.max(want.length, word.length) - front - back <= 1;
}
