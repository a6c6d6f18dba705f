/** Turns names and queries into words: one spelling for all cases, accents and ways of joining words. */

/** Letters that no Unicode decomposition takes apart, and what people type for them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々';

/** A run of CJK, of digits, of capitals not followed by a small letter, or one capitalised word. */
const RUNS = new RegExp(
  `[${CJK}]+|\\p{N}+|\\p{Lu}{2,}(?![\\p{Ll}])|\\p{Lu}?(?:(?![${CJK}])[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Lt}\\p{M}])+|\\p{Lu}`,
  'gu',
);
const ALL_CJK = new RegExp(`^[${CJK}]+$`, 'u');
const ACCENTS = /[\u0300-\u036f]+/g;
const SPECIAL = /[ßæœøłđðþı]/g;
// eslint's no-control-regex would refuse a range from NUL on; printable ASCII is all that needs to be fast.
const ASCII = /^[ -~]*$/;

/** Accents away, compatibility forms unified, case kept: camelCase is still needed to find the borders. */
function withoutAccents(text: string): string {
  if (ASCII.test(text)) return text;
  return text.normalize('NFKD').replace(ACCENTS, '').normalize('NFC');
}

function lower(text: string): string {
  return text.toLowerCase().replace(SPECIAL, (letter) => PLAIN_LETTERS[letter] ?? letter);
}

/** Two neighbouring characters each: CJK has no spaces, and pairs are what people remember of a name. */
function bigrams(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 3) return [run];
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}

/**
 * The words of a name or a query, in order: split at separators, camelCase and letter/digit borders,
 * accents folded, CJK as bigrams. Text without any letter or digit has no words.
 */
export function wordsOf(text: string): string[] {
  const runs = withoutAccents(text).match(RUNS) ?? [];
  return runs.flatMap((run) => (ALL_CJK.test(run) ? bigrams(run) : [lower(run)]));
}

/** All letters and digits of a text without what stands between them: what is left when separators are missing. */
export function squash(text: string): string {
  const runs = withoutAccents(text).match(RUNS) ?? [];
  return lower(runs.join(''));
}

/** The name without its last extension, when that is short enough to be one. */
export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.length - dot <= 6 ? name.slice(0, dot) : name;
}
