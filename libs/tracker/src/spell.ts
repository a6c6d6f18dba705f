/** Which words of the vocabulary a misspelt word may stand for, and how certain that is. */
import { TURN_STEPS_MAX, type WorkTurns } from '@iwanto/wire';
import type { Trust } from './asked.js';
import { latinOf } from './latin.js';
import { distance } from './similarity.js';
import type { Vocabulary } from './vocabulary.js';

export interface Guess {
  readonly text: string;
  readonly quality: number;
  readonly trust: Trust;
}

/** Words compared letter by letter, and words kept, per word of the query. */
const COMPARED_MAX = 400;
const KEPT_MAX = 16;
/** What it costs to compare one, in steps. */
const COMPARE_STEPS = 64;
/** The part of the shape that must be shared. */
const SHARED_PART_MIN = 0.3;
const QUALITY = {
  edit: 0.9,
  perPart: 0.85,
  phonetic: 0.66,
  latin: 0.8,
} as const;
const QUALITY_MIN = 0.3;
/** Below this a guess proves nothing, whatever else matches. */
const QUALITY_DOUBTFUL = 0.6;
/** In a word shorter than this one wrong letter may turn any word into any other; in one shorter than that, two may. */
const LIKELY_CHARACTERS_MIN = [0, 4, 8] as const;
/** The first letter is seldom wrong: in words shorter than this, another first letter means another word. */
const OTHER_START_CHARACTERS_MIN = 6;

/** How many letters may be wrong. */
const editsAllowed = (length: number) =>
  length < 3 ? 0 : length < 5 ? 1 : length < 7 ? 2 : Math.min(6, Math.floor(length * 0.4));

/** True if the two would be taken for the same word without knowing more. */
function isSure(word: string, other: string, edits: number): boolean {
  if (word.charCodeAt(0) !== other.charCodeAt(0) && word.charCodeAt(0) !== other.charCodeAt(1))
    return edits === 1 && word.length >= 7;
  const length = Math.min(word.length, other.length);
  return edits === 1
    ? length >= 5 || (length === 4 && word.length === other.length)
    : edits === 2 && length >= 8;
}

const PHONETIC: readonly (readonly [RegExp, string])[] = [
  [/ph/g, 'f'],
  [/gh(?=t|$|o|e)/g, 'g'],
  [/sch|sh|ch|tch/g, 'x'],
  [/ck|q|c(?![eiy])|x$/g, 'k'],
  [/c|z/g, 's'],
  [/w|v/g, 'v'],
  [/j|dg|g(?=[eiy])/g, 'j'],
  [/h/g, ''],
  [/(?!^)[aeiouy]+/g, 'a'],
  [/^[aeiouy]+/g, 'a'],
  [/(.)\1+/g, '$1'],
];

/** How a word sounds, roughly. */
export const soundOf = (word: string): string =>
  PHONETIC.reduce((sound, [what, by]) => sound.replace(what, by), word);

interface Asked {
  readonly word: string;
  readonly sound: string;
  /** Names contain the word as typed: it is probably not misspelt. */
  readonly isKnown: boolean;
}

/** One word is the plural of the other. */
const isPlural = (word: string, other: string) => word === `${other}s` || other === `${word}s`;

function trustOf({ word, isKnown }: Asked, form: string, edits: number): Trust {
  if (isKnown) return isPlural(word, form) && word.length > 3 ? 'sure' : 'faint';
  if (isSure(word, form, edits)) return 'sure';
  const length = Math.max(word.length, form.length);
  const isOtherStart = word.length === form.length && word[0] !== form[0] && word[0] !== form[1];
  if (isOtherStart && length < OTHER_START_CHARACTERS_MIN) return 'doubtful';
  return length >= (LIKELY_CHARACTERS_MIN[edits] ?? Infinity) ? 'likely' : 'doubtful';
}

function guessOf(asked: Asked, text: string): Guess | undefined {
  const { word, sound } = asked;
  const latin = latinOf(text);
  const form = latin === text ? text : latin;
  const isOther = form !== text;
  const length = Math.max(word.length, form.length);
  const allowed = editsAllowed(length);
  const edits = distance(word, form, allowed);
  const factor = isOther ? QUALITY.latin : 1;
  const close = edits > allowed ? 0 : QUALITY.edit - QUALITY.perPart * (edits / length);
  // Sounds are compared if the letters are too different.
  const alike = close > QUALITY.phonetic ? 0 : soundAlike(sound, form);
  const quality = Math.max(close, alike) * factor;
  if (quality < QUALITY_MIN) return undefined;
  if (isOther && edits <= 1) return { text, quality, trust: 'sure' };
  const trust = trustOf(asked, form, edits);
  const isFaint = trust === 'doubtful' && quality < QUALITY_DOUBTFUL;
  return { text, quality, trust: isFaint ? 'faint' : trust };
}

const SOUND_CHARACTERS_MIN = 4;

function soundAlike(sound: string, form: string): number {
  const other = soundOf(form);
  const length = Math.max(sound.length, other.length);
  if (length < SOUND_CHARACTERS_MIN) return 0;
  const edits = distance(sound, other, 2);
  return edits > 2 ? 0 : QUALITY.phonetic - edits / length;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Words up to this length are also looked for with each single letter changed: they share too few shapes. */
const EACH_LETTER_CHARACTERS_MAX = 8;

/** Every spelling that is one letter away. */
function* oneAway(word: string): Generator<string> {
  for (let at = 0; at <= word.length; at += 1) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    if (after !== '') yield before + after.slice(1);
    if (after.length > 1) yield before + after.charAt(1) + after.charAt(0) + after.slice(2);
    for (const letter of LETTERS) {
      yield before + letter + after;
      if (after !== '') yield before + letter + after.slice(1);
    }
  }
}

/** Words of the vocabulary to be compared with a word. */
function* near(vocabulary: Vocabulary, word: string): WorkTurns<Set<number>> {
  const least = Math.max(1, Math.floor(word.length * SHARED_PART_MIN));
  const terms = new Set(yield* vocabulary.alike(word, least, COMPARED_MAX));
  if (word.length > EACH_LETTER_CHARACTERS_MAX) return terms;
  for (const other of oneAway(word)) {
    const term = vocabulary.find(other);
    if (term !== 0) terms.add(term);
  }
  return terms;
}

/** The words most likely meant, the likeliest first; the word itself is not among them. */
export function* guess(vocabulary: Vocabulary, word: string, isKnown: boolean): WorkTurns<Guess[]> {
  const asked: Asked = { word, sound: soundOf(word), isKnown };
  const guesses: Guess[] = [];
  let steps = 0;
  for (const term of yield* near(vocabulary, word)) {
    const text = vocabulary.textOf(term);
    const meant = text === word ? undefined : guessOf(asked, text);
    if (meant) guesses.push(meant);
    steps += COMPARE_STEPS;
    if (steps < TURN_STEPS_MAX) continue;
    yield steps;
    steps = 0;
  }
  return guesses.sort((a, b) => b.quality - a.quality).slice(0, KEPT_MAX);
}

/** A prefix proves a word when it is at least this share of it. */
const PREFIX_PART_SURE = 0.6;
const PREFIX_SURE_CHARACTERS_MIN = 6;
/** A word still being typed, or one of which this share was typed, is likely meant. */
const PREFIX_PART_LIKELY = 0.75;
/** So many letters of a word that is still being typed, and that no name has as it is, prove the words that begin so. */
const TYPING_SURE_CHARACTERS_MIN = 5;
/** Too much begins with fewer letters. */
const PREFIX_LIKELY_CHARACTERS_MIN = 3;

/** A longer word may be a plural, or one that was not typed completely, or not yet. */
export function trustOfStart(text: string, longer: string, isTyping: boolean): Trust {
  const rest = longer.slice(text.length);
  if (text.length >= 3 && (rest === 's' || (text.length >= 4 && rest === 'es'))) return 'sure';
  const part = text.length / longer.length;
  if (part >= PREFIX_PART_SURE && text.length >= PREFIX_SURE_CHARACTERS_MIN) return 'sure';
  if (isTyping && text.length >= TYPING_SURE_CHARACTERS_MIN) return 'sure';
  if (text.length < PREFIX_LIKELY_CHARACTERS_MIN) return 'faint';
  return part >= PREFIX_PART_LIKELY || isTyping ? 'likely' : 'doubtful';
}
