/** Words that must be adjacent, and words with `*`: what a name must contain literally. */
import type { NameIndex } from './name-index.js';
import type { Text } from './tokens.js';

const PATTERN_TERMS_MAX = 2_000;
/** Words examined for a pattern that cannot be looked up. */
const PATTERN_LOOKS_MAX = 200_000;

/** True where one of the texts contains the words of the phrase in this order and adjacent. */
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

const ESCAPED = /[.+?^${}()|[\]\\]/g;

/** The words of all names that a pattern with `*` stands for. */
export function wordsLike({ vocabulary }: NameIndex, pattern: string): string[] {
  const shape = new RegExp(`^${pattern.replace(ESCAPED, '\\$&').replace(/\*+/g, '.*')}$`, 'u');
  const literal = pattern.split('*').reduce((a, b) => (b.length > a.length ? b : a), '');
  const terms =
    literal.length >= 3
      ? [...vocabulary.containing(literal, Infinity), vocabulary.find(literal)]
      : vocabulary.beginningWith(pattern.charCodeAt(0), PATTERN_LOOKS_MAX);
  const found: string[] = [];
  for (const term of terms) {
    if (found.length >= PATTERN_TERMS_MAX) break;
    const text = term === 0 ? '' : vocabulary.textOf(term);
    if (text !== '' && shape.test(text)) found.push(text);
  }
  return found;
}
