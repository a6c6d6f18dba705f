/** The letters of a name that match what was searched for, in bold. */
import { styled } from '../print.js';

const MARKS = /\p{M}/gu;

/** As a reader compares: no case, no accents; one character stays one character. */
const folded = (character: string): string =>
  character.normalize('NFD').replace(MARKS, '').toLowerCase() || character;

/** The words of a query that can occur in a name, the longest first. */
export const queryWords = (query: string): string[] =>
  query
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => Array.from(word, folded).join(''))
    .toSorted((a, b) => b.length - a.length);

/** The name with each occurrence of a word in bold; on no terminal it stays as it is. */
export function highlighted(name: string, words: readonly string[]): string {
  const characters = Array.from(name);
  const plain = characters.map((character) => folded(character).slice(0, 1));
  const text = plain.join('');
  if (text.length !== characters.length) return name;
  const bold = new Array<boolean>(characters.length).fill(false);
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      bold.fill(true, at, at + word.length);
    }
  }
  return runsOf(bold)
    .map(({ from, to, isBold }) => {
      const part = characters.slice(from, to).join('');
      return isBold ? styled('bold', part) : part;
    })
    .join('');
}

function runsOf(bold: readonly boolean[]): { from: number; to: number; isBold: boolean }[] {
  const runs: { from: number; to: number; isBold: boolean }[] = [];
  for (const [at, isBold] of bold.entries()) {
    const last = runs.at(-1);
    if (last?.isBold === isBold) last.to = at + 1;
    else runs.push({ from: at, to: at + 1, isBold });
  }
  return runs;
}
