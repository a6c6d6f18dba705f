/** The last word of a query of which only the first letter is typed: `casino r`. */
import type { Text, Token } from './tokens.js';

/** How well a word matches that begins with the letter. */
export const INITIAL_QUALITY = 0.6;

export interface Initial {
  readonly letter: string;
  readonly bits: number;
}

/** Letters of alphabets: elsewhere one character is a word. */
const LETTER = /^\p{Ll}$/u;

/** A name without it may be meant all the same: it is only the beginning of a word, which nothing can look up. */
export const isInitial = (token: Token, { tokens }: Text): boolean =>
  tokens.length > 1 && token === tokens.at(-1) && token.kind === 'word' && LETTER.test(token.text);
