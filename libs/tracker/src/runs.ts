/** The first split of a name or a query: runs of letters, of digits, of CJK and of symbols, with what preceded each. */
import { isAscii, lower, withoutAccents } from './fold.js';

export type RunKind = 'word' | 'number' | 'cjk' | 'symbol';

export interface Run {
  /** In small letters, folded. */
  readonly text: string;
  readonly kind: RunKind;
  /** What separates this run from the one before: nothing, one character, or more. */
  readonly before: string;
  /** Where the run begins in the folded text. */
  readonly at: number;
}

const CJK = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々';

/** A run of CJK, of digits, of capitals not followed by a small letter, one capitalised word, or symbols. */
const RUNS = new RegExp(
  `(?<cjk>[${CJK}]+)|(?<number>\\p{N}+)|(?<word>\\p{Lu}{2,}(?![\\p{Ll}])|\\p{Lu}?(?:(?![${CJK}])[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Lt}\\p{M}])+|\\p{Lu})|(?<symbol>[!?$#@+=%*^~&]+|[\\p{S}])`,
  'gu',
);

const Class = { other: 0, digit: 1, small: 2, capital: 3, symbol: 4 } as const;
const SYMBOLS = '!?$#@+=%*^~&';

/** The class of each ASCII character: a table, because every name passes through here. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 97 && code <= 122) return Class.small;
  if (code >= 65 && code <= 90) return Class.capital;
  if (code >= 48 && code <= 57) return Class.digit;
  return SYMBOLS.includes(String.fromCharCode(code)) ? Class.symbol : Class.other;
});

/** Symbols that stand for a letter inside a word: Ke$ha, A$AP, P!nk. */
const DOLLAR = /(?<=[A-Za-z])\$(?=[A-Za-z])|\$(?=[A-Za-z]{2})|(?<=[A-Za-z]{2})\$(?![\w$])/g;
const BANG = /(?<=[A-Za-z])!(?=[a-z])/g;

function spelt(text: string): string {
  let plain = text;
  if (text.includes('$')) plain = plain.replace(DOLLAR, 's');
  if (text.includes('!')) plain = plain.replace(BANG, 'i');
  return plain;
}

const kindOf = (before: number): RunKind =>
  before === Class.digit ? 'number' : before === Class.symbol ? 'symbol' : 'word';

/** Equivalent to the general way, ten times as fast. */
function asciiRuns(text: string): Run[] {
  const small = text.toLowerCase();
  const runs: Run[] = [];
  let start = 0;
  let ended = 0;
  let before: number = Class.other;
  const end = (at: number) => {
    if (before !== Class.other) {
      const [run, between] = [small.slice(start, at), text.slice(ended, start)];
      runs.push({ text: run, kind: kindOf(before), before: between, at: start });
      ended = at;
    }
    start = at;
  };
  for (let at = 0; at < text.length; at += 1) {
    const now = CLASSES[text.charCodeAt(at)] ?? Class.other;
    if (now !== before) {
      const goesOn = before === Class.capital && now === Class.small;
      if (!goesOn) end(at);
      else if (at - start > 1) end(at - 1);
    }
    before = now;
  }
  end(text.length);
  return runs;
}

function anyRuns(text: string): Run[] {
  const runs: Run[] = [];
  let ended = 0;
  for (const match of text.matchAll(RUNS)) {
    const groups = match.groups ?? {};
    const kind = (['cjk', 'number', 'word', 'symbol'] as const).find((name) => groups[name]);
    if (!kind) continue;
    const before = text.slice(ended, match.index);
    runs.push({ text: lower(match[0]), kind, before, at: match.index });
    ended = match.index + match[0].length;
  }
  return runs;
}

/** The runs of a text, in order. `general` forces the way for all scripts, to compare both. */
export function runsOf(text: string, general = false): Run[] {
  const isPlain = isAscii(text);
  const plain = spelt(isPlain ? text : withoutAccents(text));
  return (isPlain || isAscii(plain)) && !general ? asciiRuns(plain) : anyRuns(plain);
}
