/** Tables without lines that fit the terminal; on a very narrow one each row becomes lines of its own. */
import { say, styled } from '../print.js';
import { padded, shortenedMiddle, widthOf } from './width.js';

/** Below this many columns a table becomes a list of lines. */
const TABLE_COLUMNS_MIN = 60;
const GAP = 2;
/** No column is made narrower than this. */
const CUT_COLUMNS_MIN = 8;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut in the middle if the table is wider than the terminal. */
  readonly cut?: boolean;
  /** Colours what is left of the text after cutting. */
  readonly style?: (text: string, row: number) => string;
}

type Row = readonly string[];

/** Prints rows of plain text; a reader that is no terminal gets every character. */
export function printTable(columns: readonly Column[], rows: readonly Row[]): void {
  for (const line of tableLines(columns, rows, screenColumns())) say(line);
}

/** Columns of standard output; a reader that is no terminal gets every character. */
export const screenColumns = (): number =>
  process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;

/** The lines of a table that takes at most `screen` columns. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly Row[],
  screen: number,
): string[] {
  if (screen < TABLE_COLUMNS_MIN) return rows.flatMap((row, at) => recordLines(columns, row, at));
  const widths = fittedWidths(columns, rows, screen);
  const head = columns.map(({ title, align }, at) =>
    styled('dim', padded(title, widths[at] ?? 0, align)),
  );
  return [
    trimmed(head.join(' '.repeat(GAP))),
    ...rows.map((row, rowAt) => rowLine({ columns, widths, row, rowAt })),
  ];
}

interface Line {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  readonly row: Row;
  readonly rowAt: number;
}

function rowLine({ columns, widths, row, rowAt }: Line): string {
  const cells = columns.map(({ align, style, cut }, at) => {
    const width = widths[at] ?? 0;
    const text = cut ? shortenedMiddle(row[at] ?? '', width) : (row[at] ?? '');
    return padded(style ? style(text, rowAt) : text, width, align);
  });
  return trimmed(cells.join(' '.repeat(GAP)));
}

/** Without spaces at its end, be they inside of a colour or not. */
const trimmed = (line: string): string => line.replace(/ +((?:\u001b\[\d+m)*)$/, '$1');

/** Natural widths, the widest cuttable column cut first until all fit. */
function fittedWidths(columns: readonly Column[], rows: readonly Row[], screen: number): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), widthOf(title)),
  );
  const least = (at: number) => Math.max(CUT_COLUMNS_MIN, widthOf(columns[at]?.title ?? ''));
  let over = widths.reduce((sum, width) => sum + width + GAP, -GAP) - screen;
  const isCuttable = (at: number) => columns[at]?.cut && (widths[at] ?? 0) > least(at);
  while (over > 0) {
    const cuttable = columns.map((_, at) => at).filter(isCuttable);
    const widest = cuttable.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function recordLines(columns: readonly Column[], row: Row, rowAt: number): string[] {
  const lines = columns.map(({ title, style }, at) => {
    const text = row[at] ?? '';
    return `${styled('dim', title.toLowerCase())} ${style ? style(text, rowAt) : text}`;
  });
  return [...lines, ''];
}
