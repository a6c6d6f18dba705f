/** Words that must be adjacent, and words with `*`: what a name must contain literally. */
import type { WorkTurns } from '@iwanto/wire';
import type { NameIndex } from './name-index.js';
import type { Text } from './tokens.js';

const PATTERN_TERMS_MAX = 2_000;
/** Words examined for a pattern that cannot be looked up. */
const PATTERN_LOOKS_MAX = 200_000;

/** True if one of the texts contains the words of the phrase in this order and adjacent. */
export function hasPhrase(texts: readonly Text[], phrase: Text): boolean {
  const wanted = phrase.tokens.map(({ text }) => text);
  const first = wanted[0] ?? '';
  return texts.some(({ tokens }) => {
    for (let at = 0; at + wanted.length <= tokens.length; at += 1) {
      if (tokens[at]?.text === first && wanted.every((word, by) => tokens[at + by]?.text === word))
        return true;
    }
    return false;
  });
}

/**
 * A test for words that a pattern with `*` stands for. Not a regular expression: with a few stars in it, one word may
 * keep that busy for ever (HOSTILE 215).
 */
function shapeOf(pattern: string): (text: string) => boolean {
  const parts = pattern.split(/\*+/);
  const start = parts.shift() ?? '';
  const end = parts.pop() ?? '';
  return (text) => {
    let from = start.length;
    const to = text.length - end.length;
    if (from > to || !text.startsWith(start) || !text.endsWith(end)) return false;
    return parts.every((part) => {
      const at = text.indexOf(part, from);
      from = at + part.length;
      return at >= 0 && from <= to;
    });
  };
}

/** The words of all names that a pattern with `*` stands for. */
export function* wordsLike({ vocabulary }: NameIndex, pattern: string): WorkTurns<string[]> {
  const is = shapeOf(pattern);
  const wanted = { is, limit: PATTERN_TERMS_MAX };
  const literal = pattern.split('*').reduce((a, b) => (b.length > a.length ? b : a), '');
  if (literal.length < 3) {
    const terms = yield* vocabulary.beginningWith(pattern.charCodeAt(0), PATTERN_LOOKS_MAX, wanted);
    return terms.map((term) => vocabulary.textOf(term));
  }
  const terms = yield* vocabulary.containing(literal, wanted);
  const words = terms.map((term) => vocabulary.textOf(term));
  const isLiteral = words.length < PATTERN_TERMS_MAX && vocabulary.find(literal) !== 0;
  return isLiteral && is(literal) ? [...words, literal] : words;
}
