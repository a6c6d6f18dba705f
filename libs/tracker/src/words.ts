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

const Class = { other: 0, digit: 1, small: 2, capital: 3 } as const;

function classOf(code: number): number {
  if (code >= 97) return code <= 122 ? Class.small : Class.other;
  if (code >= 65) return code <= 90 ? Class.capital : Class.other;
  return code >= 48 && code <= 57 ? Class.digit : Class.other;
}

/** The same as the general way, ten times as fast: most names are ASCII, and every search splits hundreds. */
function asciiWords(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  let before: number = Class.other;
  const end = (at: number) => {
    if (before !== Class.other) words.push(text.slice(start, at).toLowerCase());
    start = at;
  };
  for (let at = 0; at < text.length; at += 1) {
    const now = classOf(text.charCodeAt(at));
    if (now !== before) {
      const goesOn = before === Class.capital && now === Class.small;
      if (!goesOn) end(at);
      else if (at - start > 1) end(at - 1);
    }
    before = now;
  }
  end(text.length);
  return words;
}

/**
 * The words of a name or a query, in order: split at separators, camelCase and letter/digit borders,
 * accents folded, CJK as bigrams. Text without any letter or digit has no words.
 */
export function wordsOf(text: string): string[] {
  return ASCII.test(text) ? asciiWords(text) : anyWords(text);
}

/** The general way, for every script. */
export function anyWords(text: string): string[] {
  const runs = withoutAccents(text).match(RUNS) ?? [];
  return runs.flatMap((run) => (ALL_CJK.test(run) ? bigrams(run) : [lower(run)]));
}
