/** How people misremember, mistype and respell titles, from a seed. */
import type { Dice } from '@iwanto/peer';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
export const cut = (text: string, at: number, out: number, put: string) =>
  text.slice(0, at) + put + text.slice(at + out);

const TYPOS: readonly ((text: string, dice: Dice) => string)[] = [
  (text, dice) => cut(text, dice.below(text.length), 1, ''),
  (text, dice) => cut(text, dice.below(text.length + 1), 0, dice.pick([...LETTERS])),
  (text, dice) => cut(text, dice.below(text.length), 1, dice.pick([...LETTERS])),
  (text, dice) => {
    const at = dice.below(text.length - 1);
    return cut(text, at, 2, text.charAt(at + 1) + text.charAt(at));
  },
];
/** One letter wrong. */
export const typo = (text: string, dice: Dice) => dice.pick(TYPOS)(text, dice);

/** The words of a title as a person would type them. */
export const typed = (title: string) =>
  title
    .toLowerCase()
    .normalize('NFC')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}½!&+$]+/gu, ' ')
    .trim();
export const plain = (title: string) =>
  typed(title)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
export const wordsOf = (title: string) => typed(title).split(' ').filter(Boolean);
export const isLatin = (text: string) => /^[\p{Script=Latin}\p{N}\p{P}\p{S}\s\p{M}]+$/u.test(text);
export const hasLength = (text: string, least: number) =>
  typed(text).replace(/ /g, '').length >= least;

const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ph/, 'f'],
  [/ck/, 'k'],
  [/(.)\1/, '$1'],
  [/tion/, 'shun'],
  [/c(?=[eiy])/, 's'],
  [/c(?=[aou])/, 'k'],
  [/qu/, 'kw'],
  [/ei/, 'ie'],
  [/ie/, 'ei'],
  [/x/, 'ks'],
  [/ou/, 'u'],
  [/ee/, 'ea'],
  [/y$/, 'ie'],
  [/gh/, ''],
  [/wh/, 'w'],
];
/** The phonetic misspellings that a text invites. */
export const slips = (text: string) => SOUNDS.filter(([what]) => what.test(text));
export const ROMAN = ['', 'i', 'ii', 'iii', 'iv', 'v'];
export const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
];
const CYRILLIC =
  'а a б b в v г g д d е e ё e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х h ц ts ч ch ш sh щ sch ы y э e ю yu я ya ь _ ъ _'.split(
    ' ',
  );
const GREEK =
  'α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o'.split(
    ' ',
  );
const TABLE = new Map(
  [...CYRILLIC, ...GREEK].flatMap((letter, at, all) =>
    at % 2 === 0 ? [[letter, all[at + 1] === '_' ? '' : (all[at + 1] ?? '')] as const] : [],
  ),
);
export const transliterated = (title: string) =>
  Array.from(plain(title), (letter) => TABLE.get(letter) ?? letter).join('');
