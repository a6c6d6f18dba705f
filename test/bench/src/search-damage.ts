/** How people misremember and mistype names: each kind of damage, from a seed. */
import type { Dice } from './dice.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The words of a name as a person would type them: extension gone, separators and borders as spaces. */
export function typedWords(name: string): string[] {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 && name.length - dot <= 6 ? name.slice(0, dot) : name;
  return stem
    .replace(/([\p{Ll}])([\p{Lu}])/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2')
    .replace(/(\p{N})(\p{L})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');
}

const cut = (text: string, at: number, out: number, put: string) =>
  text.slice(0, at) + put + text.slice(at + out);

const typos: Readonly<Record<string, (text: string, dice: Dice) => string>> = {
  delete: (text, dice) => cut(text, dice.below(text.length), 1, ''),
  insert: (text, dice) => cut(text, dice.below(text.length + 1), 0, dice.pick([...LETTERS])),
  replace: (text, dice) => cut(text, dice.below(text.length), 1, dice.pick([...LETTERS])),
  swap: (text, dice) => {
    const at = dice.below(text.length - 1);
    return cut(text, at, 2, text.charAt(at + 1) + text.charAt(at));
  },
};
const anyTypo = (text: string, dice: Dice) => dice.pick(Object.values(typos))(text, dice);

/** Each turns the words of a name into what is typed. */
export const damages: Readonly<Record<string, (words: readonly string[], dice: Dice) => string>> = {
  exact: (words) => words.join(' '),
  ...Object.fromEntries(
    Object.entries(typos).map(([kind, typo]) => [
      kind,
      (words: readonly string[], dice: Dice) => typo(words.join(' '), dice),
    ]),
  ),
  'two typos': (words, dice) => anyTypo(anyTypo(words.join(' '), dice), dice),
  'no separators': (words) => words.join(''),
  shuffled: (words, dice) => dice.shuffled(words).join(' '),
  'shuffled, typo': (words, dice) => anyTypo(dice.shuffled(words).join(' '), dice),
  'first 60 %': (words) => {
    const text = words.join(' ');
    return text.slice(0, Math.max(4, Math.ceil(text.length * 0.6)));
  },
  'no accents': (words) => words.join(' ').normalize('NFD').replace(/\p{M}/gu, ''),
};
