/** One spelling for the many that people type: cases, accents, vowel marks, letter forms and digits of all scripts. */

/** Letters without a Unicode decomposition, and what people type for them. */
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
  ς: 'σ',
  // Alef forms, hamza carriers, and the letters that Persian and Urdu keyboards have for the Arabic ones.
  ...{ أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ى: 'ي', ئ: 'ي', ؤ: 'و', ة: 'ه', ک: 'ك', ی: 'ي' },
  // Hebrew letters at the end of a word.
  ...{ ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' },
};
const SPECIAL = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'g');

/** Accents; Hebrew points; Arabic vowel marks, their small superscript letter, and the stroke that only stretches. */
const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]+/g;
/** Invisible characters: joiners, directions, variation selectors, the byte order mark. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]+/g;
const CURLY_APOSTROPHES = /[\u2018\u2019\u02bc\u00b4\u2032`]/g;
const KATAKANA = /[\u30a1-\u30f6]/g;
const KATAKANA_TO_HIRAGANA = 0x60;
const FOREIGN_DIGITS = /(?![0-9])\p{Nd}/gu;
const ASCII = /^[ -~]*$/;

/** The value of a digit of any script: those of each script are consecutive and begin at a multiple of ten or sixteen. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

/** True for printable ASCII: most names, for which there is a faster way. */
export const isAscii = (text: string): boolean => ASCII.test(text);

/** Removes accents and unifies compatibility forms but keeps the case: camelCase is still needed to find word borders. */
export function withoutAccents(text: string): string {
  if (isAscii(text)) return text;
  return text
    .replace(UNSEEN, '')
    .replace(CURLY_APOSTROPHES, "'")
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - KATAKANA_TO_HIRAGANA))
    .replace(FOREIGN_DIGITS, digitOf);
}

/** Small letters, and the plain ones for those that have no decomposition. */
export function lower(text: string): string {
  const small = text.toLowerCase();
  return isAscii(small)
    ? small
    : small.replace(SPECIAL, (letter) => PLAIN_LETTERS[letter] ?? letter);
}
