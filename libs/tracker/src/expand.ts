/** Turns a query into spellings that names may have: first those as typed, then those that were possibly meant. */
import type { WorkTurns } from '@iwanto/wire';
import { type Asked, BITS_MAX, type Spelling } from './asked.js';
import { isExtension } from './extensions.js';
import type { NameIndex } from './name-index.js';
import { type Initial, isInitial } from './initial.js';
import { isNumber, kinOf } from './numbers.js';
import { WEIGHTS, isNearSmall, rarenessOf } from './noise.js';
import { guess, trustOfStart } from './spell.js';
import { split } from './split.js';
import { wordsLike } from './phrase.js';
import { type Text, type Token, isEpisode, isExact, joinedOf } from './tokens.js';

const QUALITY = {
  kin: 0.96,
  joined: 0.97,
  prefix: 0.85,
  inside: 0.6,
  extension: 0.9,
} as const;
const PREFIX_CHARACTERS_MIN = 2;
const PREFIX_TERMS_MAX = 60;
const JOINED_CHARACTERS_MAX = 32;
const WORDS_JOINED_MAX = 4;
const LETTERS_JOINED_MAX = 8;
/** A word in more names than this is not split. */
const SPLIT_COUNT_MAX = 40;
/** What it costs to look for the best split of one word, in steps. */
const SPLIT_STEPS = 4_096;
/** A word in this many names is probably not misspelt. */
const KNOWN_COUNT_MIN = 2;
/** How many words are guessed at, and the least weight that they must have. */
const GUESSED_MAX = 8;
const WEIGHT_GUESSED_MIN = 0.2;
/** A word of little weight for the order says even less about whether a name fits. */
const CLAIM_OF_LITTLE = 0.25;
/** One word of the query and the bits that stand for it: several if it may be several words in one. */
interface Part {
  readonly token: Token;
  readonly bits: number;
  readonly pieces: readonly { readonly text: string; readonly bit: number }[];
}

export interface Question {
  readonly text: Text;
  /** Tokens of the query that must be there: those of phrases. */
  readonly isRequired: (token: number) => boolean;
  readonly excluded: readonly string[];
}

/** Collects the spellings of one query. */
export class Expander {
  readonly #parts: Part[] = [];
  readonly #weights: number[] = [];
  readonly #claims: number[] = [];
  readonly #spellings: Spelling[] = [];
  readonly #known = new Set<string>();

  constructor(
    private readonly index: NameIndex,
    private readonly question: Question,
  ) {}

  /** Adds the spellings of the words as typed: to be done first. */
  *addTyped(): WorkTurns<void> {
    yield* this.#giveBits();
    for (const part of this.#parts) yield* this.#asTyped(part);
    this.#forms();
    this.#neighbours();
  }

  /** The query with the spellings found so far. */
  get asked(): Asked {
    const { text, excluded, isRequired } = this.question;
    const required = this.#parts.reduce(
      (set, { bits }, at) => (isRequired(at) ? set | bits : set),
      0,
    );
    return {
      weights: this.#weights,
      claims: this.#claims,
      spellings: this.#spellings,
      excluded,
      joined: joinedOf(text, (token) => token.kind !== 'pattern'),
      series: joinedOf(text, (token) => token.kind === 'word' || token.kind === 'number'),
      episodes: this.#bitsWhere(isEpisode),
      exact: this.#bitsWhere(isExact),
      order: this.#parts.map(({ bits }) => bits),
      extension: text.extension,
      required,
      initial: this.#initial(),
      wholes: this.#parts.flatMap(({ bits, pieces }) => (pieces.length > 1 ? bits : [])),
      proving: this.#bitsWhere(({ kind }) => kind === 'word'),
    };
  }

  /**
   * Adds what was perhaps meant if `settled` has no bits: misspelt words, words inside of others, neighbours.
   * False if no name can fit that did not fit before: faint spellings only order what is similar.
   */
  *addGuesses(settled: number): WorkTurns<boolean> {
    const before = this.#spellings.length;
    const open = this.#parts.filter(({ bits }) => (bits & ~settled) !== 0).filter(mayBeMeant);
    for (const { token, bits, pieces } of open.slice(0, GUESSED_MAX)) {
      yield* this.#guesses(token.text, bits);
      for (const { text, bit } of pieces)
        if (pieces.length > 1 && this.#countOf(text) === 0) yield* this.#guesses(text, bit, true);
    }
    for (let at = 1; at < Math.min(GUESSED_MAX, this.#parts.length); at += 1) {
      const [left, right] = [this.#parts[at - 1], this.#parts[at]];
      const isOpen = left && right && ((left.bits | right.bits) & ~settled) !== 0;
      if (isOpen && isLettered(left) && isLettered(right))
        yield* this.#guesses(left.token.text + right.token.text, left.bits | right.bits, true);
    }
    yield* this.#wholeInside();
    return this.#spellings.slice(before).some(({ trust }) => trust !== 'faint');
  }

  *#giveBits(): WorkTurns<void> {
    const { vocabulary, last } = this.index;
    const worthOf = (piece: string) => {
      const term = vocabulary.find(piece);
      if (term === 0 || (piece.length === 2 && this.index.countOf(term) < 3)) return 0;
      return piece.length === 2 ? 0.8 : 1;
    };
    for (const token of this.question.text.tokens) {
      const { text, kind } = token;
      const count = this.#countOf(text);
      const mayBeSeveral =
        kind === 'word' &&
        token.weight >= WEIGHT_GUESSED_MIN &&
        !text.startsWith('.') &&
        text.length > 3 &&
        count <= SPLIT_COUNT_MAX;
      const pieces = (mayBeSeveral ? split(text, worthOf) : undefined) ?? [text];
      if (mayBeSeveral) yield SPLIT_STEPS;
      const free = BITS_MAX - this.#weights.length;
      if (free <= 0) return;
      const isSlip = kind === 'word' && count < KNOWN_COUNT_MIN && isNearSmall(text);
      const isSlight = isSlip || isInitial(token, this.question.text);
      const meant = isSlight ? { ...token, weight: WEIGHTS.small } : token;
      this.#givePart(meant, pieces.length <= free ? pieces : [text], rarenessOf(count, last));
    }
    this.#raiseSmall();
  }

  #givePart(token: Token, pieces: readonly string[], rareness: number): void {
    const letters = pieces.reduce((sum, piece) => sum + piece.length, 0);
    let bits = 0;
    const own = pieces.map((text) => {
      const bit = 2 ** this.#weights.length;
      const share = (token.weight * text.length) / letters;
      this.#weights.push(share * rareness);
      this.#claims.push(token.weight < 1 ? share * CLAIM_OF_LITTLE : share);
      bits |= bit;
      return { text, bit };
    });
    this.#parts.push({ token, bits, pieces: own });
  }

  /** If no word has much weight, the one with the most is used. */
  #raiseSmall(): void {
    const most = Math.max(...this.#parts.map(({ token }) => token.weight));
    if (most >= 1 || most <= 0) return;
    this.#weights.forEach((weight, at) => (this.#weights[at] = weight / most));
    this.#claims.forEach((claim, at) => (this.#claims[at] = claim / most / CLAIM_OF_LITTLE));
  }

  *#asTyped({ token, bits, pieces }: Part): WorkTurns<void> {
    const { text, kind } = token;
    if (kind === 'pattern') {
      for (const word of yield* wordsLike(this.index, text))
        this.#add({ text: word, bits, quality: 1, trust: 'sure' });
      return;
    }
    this.#add({ text, bits, quality: 1, trust: 'sure' });
    for (const kin of kinOf(text))
      this.#add({ text: kin, bits, quality: QUALITY.kin, trust: 'sure' });
    if (isExtension(text)) this.#addExtension(text, bits);
    if (pieces.length > 1)
      for (const { text: piece, bit } of pieces)
        if (this.#countOf(piece) > 0)
          this.#add({ text: piece, bits: bit, quality: QUALITY.joined, trust: 'sure' });
    // Short words are extended only at the end of the query: too much begins with them.
    const isLast = token.text === this.question.text.tokens.at(-1)?.text;
    const least = isLast ? PREFIX_CHARACTERS_MIN : PREFIX_CHARACTERS_MIN + 1;
    const mayGoOn = kind === 'word' && token.weight >= WEIGHT_GUESSED_MIN && text.length >= least;
    const isKnown = this.#countOf(text) >= KNOWN_COUNT_MIN;
    if (mayGoOn) yield* this.#beginnings(text, bits, isLast && !isKnown);
  }

  *#beginnings(text: string, bits: number, isTyping: boolean): WorkTurns<void> {
    const { vocabulary } = this.index;
    for (const term of yield* vocabulary.startingWith(text, PREFIX_TERMS_MAX)) {
      const longer = vocabulary.textOf(term);
      const part = text.length / longer.length;
      const quality = QUALITY.prefix * (0.55 + 0.45 * part);
      const trust = trustOfStart(text, longer, isTyping);
      this.#add({ text: longer, bits, quality, trust });
    }
  }

  #addExtension(extension: string, bits: number): void {
    this.#add({ text: `.${extension}`, bits, quality: QUALITY.extension, trust: 'sure' });
  }

  /** Hyphens and glued words of the query. */
  #forms(): void {
    for (const { text, from, to } of this.question.text.forms) {
      const bits = this.#bitsOf(from, to);
      if (to - from > 1) this.#add({ text, bits, quality: QUALITY.joined, trust: 'sure' });
      if (isExtension(text)) this.#addExtension(text, bits);
    }
  }

  /** `spider man` is perhaps `spiderman` there. */
  #neighbours(): void {
    const { tokens } = this.question.text;
    for (let from = 0; from < tokens.length; from += 1) {
      let text = tokens[from]?.text ?? '';
      // `u n c l e` is one word as well.
      const isLetter = text.length === 1;
      const most = isLetter ? LETTERS_JOINED_MAX : WORDS_JOINED_MAX;
      for (let to = from + 2; to <= Math.min(tokens.length, from + most); to += 1) {
        text += tokens[to - 1]?.text ?? '';
        if (text.length > JOINED_CHARACTERS_MAX) break;
        this.#add({
          text,
          bits: this.#bitsOf(from, to),
          quality: QUALITY.joined,
          trust: 'sure',
        });
      }
    }
  }

  /** The whole query inside of one long word. */
  *#wholeInside(): WorkTurns<void> {
    const { tokens } = this.question.text;
    const text = tokens.map((token) => token.text).join('');
    if (text.length < 5 || text.length > JOINED_CHARACTERS_MAX || isNumber(text)) return;
    const { vocabulary } = this.index;
    const wanted = { limit: PREFIX_TERMS_MAX, is: () => true };
    for (const term of yield* vocabulary.containing(text, wanted)) {
      const longer = vocabulary.textOf(term);
      const quality = QUALITY.inside + 0.3 * (text.length / longer.length);
      this.#add({
        text: longer,
        bits: this.#bitsOf(0, tokens.length),
        quality,
        trust: text.length > 6 ? 'sure' : 'likely',
      });
    }
  }

  /** A word that is both misspelt and wrongly joined or split proves nothing. */
  *#guesses(word: string, bits: number, isCut = false): WorkTurns<void> {
    if (word.length < 3) return;
    const isKnown = this.#countOf(word) >= KNOWN_COUNT_MIN;
    for (const meant of yield* guess(this.index.vocabulary, word, isKnown)) {
      this.#add({ ...meant, trust: isCut ? 'faint' : meant.trust, bits });
    }
  }

  #initial(): Initial | undefined {
    const { text } = this.question;
    const [part, token] = [this.#parts.at(-1), text.tokens.at(-1)];
    if (!part || !token || part.token.text !== token.text || !isInitial(token, text))
      return undefined;
    return { letter: token.text, bits: part.bits };
  }

  #bitsWhere(is: (token: Token) => boolean): number {
    return this.#parts.reduce((set, { token, bits }) => (is(token) ? set | bits : set), 0);
  }

  #bitsOf(from: number, to: number): number {
    return this.#parts.slice(from, to).reduce((set, { bits }) => set | bits, 0);
  }

  #countOf(word: string): number {
    return this.index.countOf(this.index.vocabulary.find(word));
  }

  #add(spelling: Spelling): void {
    const key = `${spelling.bits} ${spelling.text}`;
    if (spelling.bits === 0 || this.#known.has(key)) return;
    this.#known.add(key);
    this.#spellings.push(spelling);
  }
}

/** Words of a release and of pasted folders are not worth a guess. */
const mayBeMeant = ({ token: { kind, text, weight } }: Part) =>
  kind === 'word' && !text.startsWith('.') && weight >= WEIGHT_GUESSED_MIN;

const isLettered = ({ token: { kind, text } }: Part) =>
  (kind === 'word' && !text.startsWith('.')) || kind === 'number';
