/** How a word of another script is typed on a Latin keyboard: the last resort of a search. */
import anyAscii from 'any-ascii';
import { isAscii } from './fold.js';

/** The word in Latin letters; itself if it is that already. */
export const latinOf = (word: string): string =>
  isAscii(word)
    ? word
    : anyAscii(word)
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '');
