/** A name or a query as search sees it: tokens in order, and other forms by which they are found. */
import { type Unit, unitAt } from './episodes.js';
import { extensionOf } from './extensions.js';
import { lower } from './fold.js';
import { WEIGHTS, weightOf, workPartOf } from './noise.js';
import { isYear, plainNumber } from './numbers.js';
import { type Run, runsOf } from './runs.js';

export type TokenKind = 'word' | 'number' | 'cjk' | 'symbol' | 'episode' | 'date' | 'pattern';

export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  /** How much it says about the work, 0 to 1. */
  readonly weight: number;
}

/** Another form of one or several neighbouring tokens: `spiderman` of `spider-man`, `s1` of `S01E02`. */
export interface Form {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export interface Text {
  readonly tokens: readonly Token[];
  readonly forms: readonly Form[];
  /** In small letters without dot; empty if there is none. */
  readonly extension: string;
}

const COMPOUND_CHARACTERS_MAX = 24;
const COMPOUND_RUNS_MAX = 4;

/** Builds the tokens of one text; used for one text only. */
class Composer {
  readonly tokens: Token[] = [];
  readonly forms: Form[] = [];
  /** Start of the runs that are glued to the one before: `-`, `'` or nothing in between. */
  #gluedFrom = 0;

  constructor(
    private readonly runs: readonly Run[],
    private readonly part: { readonly from: number; readonly to: number },
  ) {}

  compose(): void {
    for (let at = 0; at < this.runs.length;) at += this.#take(at);
    this.#addCompounds(this.tokens.length);
  }

  #take(at: number): number {
    const run = this.runs[at];
    if (!run) return 1;
    if (!isGlue(run.before)) this.#addCompounds(this.tokens.length);
    const unit = unitAt(this.runs, at);
    if (unit) return this.#addUnit(unit, run);
    const letters = acronymAt(this.runs, at);
    if (letters > 0) return this.#addAcronym(at, letters);
    if (run.kind === 'cjk') this.#addCjk(run);
    else if (run.kind === 'symbol') this.#addSymbols(at);
    else this.#addWord(at);
    return 1;
  }

  /** Only the beginning of a very long word is kept, in names as in queries: a whole name of one finds its file. */
  #push(text: string, kind: TokenKind, run: Run): void {
    this.tokens.push({ text: cut(text), kind, weight: this.#weightOf(text, kind, run) });
  }

  #weightOf(text: string, kind: TokenKind, { at }: Run): number {
    if (at < this.part.from || at >= this.part.to) return WEIGHTS.release;
    if (kind !== 'word') return isYear(text) ? WEIGHTS.year : WEIGHTS.telling;
    return weightOf(text);
  }

  #addUnit(unit: Unit, run: Run): number {
    const from = this.tokens.length;
    this.#push(unit.text, unit.kind, run);
    for (const text of unit.also) this.forms.push({ text, from, to: from + 1 });
    this.#gluedFrom = this.tokens.length;
    return unit.runs;
  }

  #addAcronym(at: number, letters: number): number {
    const word = this.runs.slice(at, at + letters).map(({ text }) => text);
    const first = this.runs[at];
    if (first) this.#push(word.join(''), 'word', first);
    return letters;
  }

  /** Two neighbouring characters each: CJK has no spaces, and pairs are what people remember of a name. */
  #addCjk(run: Run): void {
    const characters = Array.from(run.text);
    if (characters.length < 3) this.#push(run.text, 'cjk', run);
    else
      for (let at = 1; at < characters.length; at += 1)
        this.#push(`${characters[at - 1]}${characters[at]}`, 'cjk', run);
    this.#gluedFrom = this.tokens.length;
  }

  /** Symbols are words on their own; `++` and `#` belong to the letters before. */
  #addSymbols(at: number): void {
    const run = this.runs[at];
    const before = this.runs[at - 1];
    if (!run) return;
    const last = this.tokens.length - 1;
    const owner = this.tokens[last];
    const isSuffix = run.text === '++' || run.text === '#';
    if (run.before === '' && before?.kind === 'word' && isSuffix && owner) {
      this.tokens[last] = { ...owner, text: owner.text + run.text };
      this.forms.push({ text: owner.text, from: last, to: last + 1 });
      this.#gluedFrom = this.tokens.length;
      return;
    }
    const next = this.runs[at + 1];
    const touches = (run.before === '' && before !== undefined) || next?.before === '';
    const isForeign = run.text.charCodeAt(0) > 127;
    if (run.text === '&' || run.text === '+') this.#push('and', 'word', run);
    else if (isForeign || !touches) this.#push(run.text, 'symbol', run);
    this.#gluedFrom = this.tokens.length;
  }

  #addWord(at: number): void {
    const run = this.runs[at];
    if (!run) return;
    const last = this.tokens.length - 1;
    const owner = this.tokens[last];
    const isAfterApostrophe = run.before === "'" && owner?.kind === 'word' && run.kind === 'word';
    if (!isAfterApostrophe || last < this.#gluedFrom) {
      const text = run.kind === 'number' ? plainNumber(run.text) : run.text;
      this.#push(text, run.kind, run);
      return;
    }
    // `ocean's` is `oceans` and `ocean`; `l'amour` is `lamour` and `amour`.
    const part = owner.text.length > run.text.length ? owner.text : run.text;
    const text = owner.text + run.text;
    this.tokens[last] = { text, kind: 'word', weight: Math.max(owner.weight, WEIGHTS.telling) };
    if (part.length > 2) this.forms.push({ text: part, from: last, to: last + 1 });
  }

  /** What is written as one word, or with a hyphen, is also found as one word. */
  #addCompounds(to: number): void {
    const from = this.#gluedFrom;
    this.#gluedFrom = to;
    const count = to - from;
    if (count < 2) return;
    const parts = this.tokens.slice(from, to).map(({ text }) => text);
    if (count <= COMPOUND_RUNS_MAX || parts.every((text) => text.length === 1))
      this.#addForm(parts.join(''), from, to);
    if (count < 3) return;
    for (let at = 1; at < count; at += 1)
      this.#addForm(`${parts[at - 1]}${parts[at]}`, from + at - 1, from + at + 1);
  }

  #addForm(text: string, from: number, to: number): void {
    if (text.length <= COMPOUND_CHARACTERS_MAX) this.forms.push({ text, from, to });
  }
}

const isGlue = (before: string) => before === '' || before === '-' || before === "'";

const isLetter = (run: Run | undefined) => run?.kind === 'word' && run.text.length === 1;

/** How many runs from here on are single letters with dots between, as in `M.A.S.H.`; 0 if it is none. */
function acronymAt(runs: readonly Run[], at: number): number {
  let end = at;
  while (isLetter(runs[end]) && (end === at || runs[end]?.before === '.')) end += 1;
  return end - at < 2 ? 0 : end - at;
}

/** The symbols of a text that has nothing else. */
function onlySymbols(text: string): Text {
  const all = text.replace(/[\s\p{C}]+/gu, '');
  if (all === '') return { tokens: [], forms: [], extension: '' };
  const token: Token = { text: cut(all), kind: 'symbol', weight: WEIGHTS.telling };
  return { tokens: [token], forms: [], extension: '' };
}

/** An extension that was typed counts for something, but less than a word. */
const TYPED_EXTENSION = 0.4;
/** So do the folders of a pasted path: they may be named otherwise elsewhere. */
const PASTED_FOLDER = 0.15;

/** The tokens of a query: those of its words, of the folders of a pasted path, and its patterns. */
export function queryText({ words, path, patterns }: QueryWords): Text {
  const name = nameText(words);
  const before = path === '' ? [] : textOf(path).tokens;
  const forms = name.forms.map((form) => {
    return { ...form, from: form.from + before.length, to: form.to + before.length };
  });
  const tokens: Token[] = [
    ...before.map((token) => ({ ...token, weight: token.weight * PASTED_FOLDER })),
    ...name.tokens,
    ...patterns.map((text): Token => ({ text: lower(text), kind: 'pattern', weight: 1 })),
  ];
  const { extension } = name;
  if (extension !== '')
    tokens.push({ text: `.${extension}`, kind: 'word', weight: TYPED_EXTENSION });
  return { tokens, forms, extension };
}

interface QueryWords {
  readonly words: string;
  readonly path: string;
  readonly patterns: readonly string[];
}

/** The tokens of a text without looking for an extension. */
export function textOf(text: string): Text {
  const composer = new Composer(runsOf(text), workPartOf(text));
  composer.compose();
  if (composer.tokens.length === 0) return onlySymbols(text);
  return { tokens: composer.tokens, forms: composer.forms, extension: '' };
}

/** The tokens of a name, its extension apart. */
export function nameText(name: string): Text {
  const extension = extensionOf(name);
  const stem = extension === '' ? name : name.slice(0, -extension.length - 1);
  const text = textOf(stem);
  return { ...text, extension };
}

const SEASON = /^s\d+$/;
const EPISODE = /^e\d+$/;
const NUMBER_IN_SEASON_MAX = 400;

/** The season that a folder stands for, as its token, else undefined. */
export const seasonOf = (folder: Text): string | undefined =>
  folder.tokens.find(({ kind, text }) => kind === 'episode' && SEASON.test(text))?.text;

/** `E02` and `02 - Title` in the folder of a season are an episode of it. */
export function inSeason(text: Text, season: string | undefined): Text {
  if (season === undefined) return text;
  const { tokens } = text;
  const at = tokens.findIndex(({ kind, text: token }) => kind === 'episode' && EPISODE.test(token));
  if (at >= 0) return withForm(text, at, season + (tokens[at]?.text ?? ''));
  if (tokens.some(({ kind }) => kind === 'episode')) return text;
  const [first] = tokens;
  if (first?.kind !== 'number' || Number(first.text) > NUMBER_IN_SEASON_MAX) return text;
  return withForm(text, 0, `${season}e${first.text}`);
}

function withForm(text: Text, at: number, form: string): Text {
  return { ...text, forms: [...text.forms, { text: form, from: at, to: at + 1 }] };
}

/** Characters of a term that are kept. */
const TERM_CHARACTERS_MAX = 60;
const cut = (term: string) =>
  term.length > TERM_CHARACTERS_MAX ? term.slice(0, TERM_CHARACTERS_MAX) : term;

/** Every word by which a text is found, each once. */
export function termsOf({ tokens, forms, extension }: Text): string[] {
  const terms: string[] = [];
  // So few are compared faster than they are hashed.
  const add = (term: string) => terms.includes(term) || terms.push(term);
  for (const { text } of tokens) add(text);
  for (const { text } of forms) add(cut(text));
  if (extension !== '') add(`.${extension}`);
  return terms;
}

/** How many significant words a text has: names with little else are meant first. */
export const tellingWords = ({ tokens }: Text): number =>
  Math.round(tokens.reduce((sum, { weight }) => sum + weight, 0) * 2);

/** Some words of a text, extensions aside, joined without what separates them. */
export const joinedOf = ({ tokens }: Text, is: (token: Token) => boolean) =>
  tokens
    .filter((token) => is(token) && !token.text.startsWith('.'))
    .map((token) => token.text)
    .join('');

/** A season, an episode or a date. */
export const isEpisode = ({ kind }: Token) => kind === 'episode' || kind === 'date';
/** What must match: another one names another work. */
export const isExact = (token: Token) =>
  isEpisode(token) || (token.kind === 'number' && token.weight === WEIGHTS.telling);
