/** Text measured and cut by the columns it takes on a screen: a CJK character takes two, an emoji of five code points two. */
import stringWidth from 'string-width';

const ELLIPSIS = '…';
/** How much of a text cut in the middle precedes the cut: the end holds the number and the extension. */
const HEAD_SHARE = 0.6;

/** Made when it is needed: it takes 13 ms of a start. */
let segmenter: Intl.Segmenter | undefined;

/** Columns that a text takes; colours take none. */
export const widthOf = (text: string): number => stringWidth(text);

/** What a reader perceives as single characters. */
export function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** As many characters from the front as fit into `columns`. */
function fitting(characters: readonly string[], columns: number): string[] {
  let width = 0;
  const end = characters.findIndex((character) => (width += widthOf(character)) > columns);
  return end < 0 ? [...characters] : characters.slice(0, end);
}

/** The text, its middle left out if it takes more than `columns`. */
export function shortenedMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  const characters = charactersOf(text);
  const head = fitting(characters, Math.ceil((columns - 1) * HEAD_SHARE)).join('');
  const rest = columns - 1 - widthOf(head);
  const tail = fitting(characters.toReversed(), rest).toReversed().join('');
  return `${head}${ELLIPSIS}${tail}`;
}

/** The text, its end left out if it takes more than `columns`. */
export function shortenedEnd(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  return `${fitting(charactersOf(text), columns - 1).join('')}${ELLIPSIS}`;
}

/** The text with spaces up to `columns`: behind it, or in front of it when it is aligned to the right. */
export function padded(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return align === 'right' ? spaces + text : text + spaces;
}
