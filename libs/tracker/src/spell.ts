/** Which words of the vocabulary a misspelt word may be meant for, and how sure that is. */
import type { Trust } from './asked.js';
import { latinOf } from './latin.js';
import { distance } from './similarity.js';
import type { Vocabulary } from './vocabulary.js';

export interface Guess {
  readonly text: string;
  readonly quality: number;
  readonly trust: Trust;
}

/** Words looked at letter by letter, and words kept, for each word asked. */
const COMPARED_MAX = 400;
const KEPT_MAX = 16;
/** The part of the shape that must be shared. */
const SHARED_PART_MIN = 0.3;
const QUALITY = {
  edit: 0.9,
  perPart: 0.85,
  phonetic: 0.66,
  latin: 0.8,
} as const;
const QUALITY_MIN = 0.3;
/** Below this a guess proves nothing, whatever stands beside it. */
const QUALITY_DOUBTFUL = 0.6;

/** How many letters may be wrong. */
const editsAllowed = (length: number) =>
  length < 3 ? 0 : length < 5 ? 1 : length < 7 ? 2 : Math.min(6, Math.floor(length * 0.4));

/** True where one would take the two for the same word without knowing more. */
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

function guessOf(word: string, sound: string, text: string): Guess | undefined {
  const latin = latinOf(text);
  const form = latin === text ? text : latin;
  const isOther = form !== text;
  const length = Math.max(word.length, form.length);
  const allowed = editsAllowed(length);
  const edits = distance(word, form, allowed);
  const factor = isOther ? QUALITY.latin : 1;
  const close = edits > allowed ? 0 : QUALITY.edit - QUALITY.perPart * (edits / length);
  // Sounds are compared where letters are not near enough.
  const alike = close > QUALITY.phonetic ? 0 : soundAlike(sound, form);
  const quality = Math.max(close, alike) * factor;
  if (quality < QUALITY_MIN) return undefined;
  const isTrusted = edits <= allowed && (isOther ? edits <= 1 : isSure(word, form, edits));
  const trust = isTrusted ? 'sure' : quality >= QUALITY_DOUBTFUL ? 'doubtful' : 'faint';
  return { text, quality, trust };
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
function near(vocabulary: Vocabulary, word: string): Set<number> {
  const least = Math.max(1, Math.floor(word.length * SHARED_PART_MIN));
  const terms = new Set(vocabulary.alike(word, least, COMPARED_MAX).map(({ term }) => term));
  if (word.length > EACH_LETTER_CHARACTERS_MAX) return terms;
  for (const other of oneAway(word)) {
    const term = vocabulary.find(other);
    if (term !== 0) terms.add(term);
  }
  return terms;
}

/** The words most likely meant, the likeliest first; the word itself is not among them. */
export function guess(vocabulary: Vocabulary, word: string): Guess[] {
  const sound = soundOf(word);
  return Array.from(near(vocabulary, word), (term) => vocabulary.textOf(term))
    .flatMap((text) => (text === word ? [] : (guessOf(word, sound, text) ?? [])))
    .sort((a, b) => b.quality - a.quality)
    .slice(0, KEPT_MAX);
}
